package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.GroupId;
import java.util.Map;
import java.util.TreeMap;

/** Says, for people, what everybody has of a shard. */
final class Whereabouts {

    private Whereabouts() {}

    static String of(
            int shard,
            Map<GroupId, SimulatedGroup> living,
            Map<GroupId, SimulatedGroup> dead,
            PlanningController controller) {
        StringBuilder where = new StringBuilder();
        Map<GroupId, SimulatedGroup> everybody = new TreeMap<>(living);
        everybody.putAll(dead);
        everybody.forEach((id, group) -> where.append("\n    ")
                .append(id)
                .append(dead.containsKey(id) ? " (dead)" : "")
                .append(": ")
                .append(group.view().shard(shard).state())
                .append(", at revision ")
                .append(group.view().config().revision())
                .append(" with ")
                .append(group.view().config().plan(shard)));
        return where.append("\n    controller at revision ")
                .append(controller.config().revision())
                .append(", ")
                .append(controller.config().terms().stage())
                .append(": ")
                .append(controller.config().shard(shard))
                .toString();
    }
}

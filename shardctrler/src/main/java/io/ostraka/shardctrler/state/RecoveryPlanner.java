package io.ostraka.shardctrler.state;

import static io.ostraka.shardctrler.state.PlannedChange.invalid;
import static io.ostraka.shardctrler.state.PlannedChange.rejected;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.command.Change.Forget;
import io.ostraka.shardctrler.command.Change.Recover;
import io.ostraka.shardctrler.state.Recoveries.Recovery;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives groups up for dead, and drops them when nothing refers to them any more. */
final class RecoveryPlanner {

    private RecoveryPlanner() {}

    static PlannedChange recover(ConfigDraft draft, Recover recover) {
        ClusterConfig before = draft.before();
        if (recover.gid() <= 0) {
            return invalid("group " + recover.gid() + " cannot be given up; a gid is a positive number");
        }
        Optional<GroupRow> row = before.group(recover.gid());
        if (row.isEmpty()) {
            return rejected("there is no group " + recover.gid() + " to give up; 'ostraka query' lists the groups");
        }
        GroupRef dead = row.get().ref();
        if (dead.incarnation() != recover.incarnation()) {
            return rejected("group " + dead + " is not the one that was seen to be dead, which was " + recover.gid()
                    + "." + recover.incarnation() + "; plan again");
        }
        if (row.get().retired()) {
            return new PlannedChange.Needless("group " + dead.gid() + " is retired already; nothing to change");
        }
        if (!Feature.RECOVERY.isKnownAt(before.terms().featureLevel())) {
            return rejected("some nodes do not know yet how to go on without a group: the cluster has feature level "
                    + before.terms().featureLevel() + ", and " + Feature.RECOVERY.level()
                    + " is needed; upgrade every node first");
        }
        if (recover.to() != 0) {
            String problem = problemOf(before, dead, recover.to());
            if (problem != null) {
                return rejected(problem);
            }
        }
        return retire(draft, row.get(), recover.to());
    }

    private static @Nullable String problemOf(ClusterConfig before, GroupRef dead, long to) {
        Optional<GroupRow> row = before.group(to);
        if (row.isEmpty()) {
            return "there is no group " + to + " where shards could go on; 'ostraka query' lists the groups";
        }
        if (to == dead.gid()) {
            return "group " + to + " is the one to give up; name another";
        }
        return row.get().isMember()
                ? null
                : "group " + to + " is " + (row.get().leaving() ? "leaving" : "retired") + " and takes no shard";
    }

    private static PlannedChange retire(ConfigDraft draft, GroupRow row, long to) {
        ClusterConfig before = draft.before();
        GroupRef dead = row.ref();
        GroupRef successor = before.group(to).map(GroupRow::ref).orElse(null);
        draft.put(row.asRetired());
        int concerned = 0;
        int waiting = 0;
        for (int shard = 0; shard < before.shardCount(); shard++) {
            ShardRow was = before.shard(shard);
            boolean held = dead.equals(was.owner());
            if (dead.equals(before.desired(shard)) || (held && was.target() == null)) {
                boolean stays = !held && was.owner() != null && before.isMember(was.owner());
                draft.pin(shard, false);
                draft.plan(shard, stays ? null : successor);
            }
            if (concerns(draft.base(), dead, was)) {
                draft.beginRecovery(shard);
                concerned++;
            } else if (affects(draft.base(), dead, was)) {
                waiting++;
            }
        }
        draft.restartRecoveries();
        if (successor == null) {
            draft.rebalance();
        }
        return new PlannedChange.Planned(
                true,
                "group " + dead.gid() + " is given up for dead, and " + concerned
                        + " shards go on without it once the groups that may have them have said what they have"
                        + (waiting == 0
                                ? ""
                                : "; " + waiting + " more, which waited for its word, go on without what it may have"));
    }

    /** Whether the group's word is needed for the shard, or {@link #concerns} it. */
    static boolean affects(ControllerState state, GroupRef group, ShardRow row) {
        Recovery recovery = state.recoveries().pending().get(row.shard());
        return concerns(state, group, row)
                || (recovery != null && recovery.asked().contains(group));
    }

    /** Whether the group holds the shard's token, or may have got it. */
    static boolean concerns(ControllerState state, GroupRef group, ShardRow row) {
        return row.owner() != null
                && (group.equals(row.owner())
                        || group.equals(row.target())
                        || state.settlements().isOpen(group, row.shard()));
    }

    static PlannedChange forget(ConfigDraft draft, Forget forget) {
        ClusterConfig before = draft.before();
        Optional<GroupRow> row = before.group(forget.gid());
        if (row.isEmpty()) {
            return rejected("there is no group " + forget.gid() + " to forget; 'ostraka query' lists the groups");
        }
        if (!row.get().retired()) {
            return rejected("group " + forget.gid() + " is not retired; a group that lives is told to leave");
        }
        GroupRef dead = row.get().ref();
        for (ShardRow shard : before.shards()) {
            if (dead.equals(shard.owner()) || draft.isUnsettled(dead, shard.shard())) {
                return rejected("shard " + shard.shard() + " has not gone on without group " + forget.gid()
                        + " yet; 'ostraka shard list' shows how far each is");
            }
        }
        draft.remove(dead);
        return new PlannedChange.Planned(
                false, "group " + forget.gid() + " is forgotten; nodes delete what they still have of it");
    }
}

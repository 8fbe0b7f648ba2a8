package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.GroupRef;
import io.ostraka.shardctrler.command.OwnerReport;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/*
 * Why a leaving group waits (DESIGN section 4, and FAULTS' table of the small model).
 *
 * A shard that was to move to a group may still arrive there after the plan was dropped: its owner may not know
 * yet, may be exporting, or may have frozen the shard for the group already. If the group went before that, the
 * token would go to nobody. So the controller remembers, for each group, the shards whose plan to it was dropped,
 * and forgets one only when it is certain that no export can bring it there any more:
 *
 * 1. The owner, while it holds the token, reports from its own log a revision at or past the drop, with the shard
 *    not exported to the group. From then on its own log refuses to begin such an export. Whoever gets the token
 *    from it later has a higher epoch, and an export names owner and epoch as one revision of the configuration
 *    has them together with the target: none has, unless the shard is planned to the group anew.
 * 2. The group itself becomes the recorded owner: the token has arrived, and every earlier plan named a lower epoch.
 *
 * A report from any other state settles nothing: a frozen copy may be frozen for the very group that is leaving.
 */
/**
 * The shards that may still arrive at a group although they are no longer planned to it. Immutable.
 *
 * @param dropped for each group and shard, the revision that dropped the plan
 */
public record Settlements(SortedMap<GroupRef, SortedMap<Integer, Long>> dropped) {

    /** Nothing is open. */
    public static final Settlements EMPTY = new Settlements(new TreeMap<>());

    /** Copies the maps. */
    public Settlements {
        TreeMap<GroupRef, SortedMap<Integer, Long>> copy = new TreeMap<>();
        dropped.forEach((group, shards) -> copy.put(group, Collections.unmodifiableSortedMap(new TreeMap<>(shards))));
        dropped = Collections.unmodifiableSortedMap(copy);
    }

    /** Whether nothing can arrive at the group any more. */
    boolean isClear(GroupRef group) {
        return !dropped.containsKey(group);
    }

    /** Whether the shard may still arrive at the group. */
    boolean isOpen(GroupRef group, int shard) {
        SortedMap<Integer, Long> shards = dropped.get(group);
        return shards != null && shards.containsKey(shard);
    }

    /** Whether the report, which must be of the recorded owner at the recorded epoch, settles anything. */
    boolean settledBy(OwnerReport report) {
        return dropped.entrySet().stream().anyMatch(open -> settles(report, open.getKey(), open.getValue()));
    }

    private static boolean settles(OwnerReport report, GroupRef group, SortedMap<Integer, Long> shards) {
        Long droppedAt = shards.get(report.at().shard());
        return droppedAt != null
                && report.holdsToken()
                && report.appliedRevision() >= droppedAt
                && !group.equals(report.peer());
    }

    /** Collects changes of the settlements while a command is applied. */
    static final class Draft {

        private final TreeMap<GroupRef, TreeMap<Integer, Long>> dropped = new TreeMap<>();
        private boolean changed;

        Draft(Settlements base) {
            base.dropped.forEach((group, shards) -> dropped.put(group, new TreeMap<>(shards)));
        }

        void drop(GroupRef group, int shard, long revision) {
            dropped.computeIfAbsent(group, ref -> new TreeMap<>()).put(shard, revision);
            changed = true;
        }

        void arrived(GroupRef group, int shard) {
            TreeMap<Integer, Long> shards = dropped.get(group);
            if (shards != null && shards.remove(shard) != null) {
                changed = true;
                if (shards.isEmpty()) {
                    dropped.remove(group);
                }
            }
        }

        /** The groups at which the shard may still arrive although it is no longer planned to them. */
        List<GroupRef> of(int shard) {
            return dropped.entrySet().stream()
                    .filter(open -> open.getValue().containsKey(shard))
                    .map(Map.Entry::getKey)
                    .toList();
        }

        void report(OwnerReport report) {
            for (GroupRef group : dropped.keySet().stream().toList()) {
                TreeMap<Integer, Long> shards = dropped.get(group);
                if (shards != null && settles(report, group, shards)) {
                    arrived(group, report.at().shard());
                }
            }
        }

        boolean isClear(GroupRef group) {
            return !dropped.containsKey(group);
        }

        boolean isChanged() {
            return changed;
        }

        Settlements build() {
            TreeMap<GroupRef, SortedMap<Integer, Long>> built = new TreeMap<>(dropped);
            return new Settlements(built);
        }
    }
}

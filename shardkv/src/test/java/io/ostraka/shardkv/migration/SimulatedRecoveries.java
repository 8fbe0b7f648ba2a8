package io.ostraka.shardkv.migration;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.shard.ShardState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the simulated controller lets shards go on whose group died: asks who may have them, then names one. */
final class SimulatedRecoveries {

    /** What to do about a shard. */
    sealed interface Verdict {

        record Waits() implements Verdict {}

        record Kept() implements Verdict {}

        record FromCopy(GroupRef at, long epoch) implements Verdict {}

        record Empty(GroupRef at) implements Verdict {}
    }

    private record Pending(long revision, long copyFloor, Set<GroupRef> asked, Map<GroupRef, ShardState> said) {}

    private final TreeMap<Integer, Pending> pending = new TreeMap<>();
    /** The copy that a shard was last told to go on from. */
    private final Map<Integer, Long> copyEpochs = new HashMap<>();

    void begin(ShardRow row, long revision, Set<GroupRef> asked) {
        int shard = row.shard();
        Set<GroupRef> all = new HashSet<>(asked);
        Pending before = pending.get(shard);
        long copyFloor = row.recovery() == ShardRecovery.FROM_COPY ? copyEpochs.getOrDefault(shard, 0L) : row.epoch();
        if (before != null) {
            all.addAll(before.asked());
            copyFloor = before.copyFloor();
        }
        pending.put(shard, new Pending(revision, copyFloor, all, new HashMap<>()));
    }

    void goesOnFromCopy(int shard, long epoch) {
        copyEpochs.put(shard, epoch);
    }

    boolean isPending(int shard) {
        return pending.containsKey(shard);
    }

    boolean needs(GroupRef group) {
        return pending.values().stream().anyMatch(each -> each.asked().contains(group));
    }

    void end(int shard) {
        pending.remove(shard);
    }

    /** Takes what a group says; whether it was asked. */
    boolean said(OwnerReport report, GroupRef group) {
        Pending recovery = pending.get(report.shard());
        if (recovery == null || !recovery.asked().contains(group) || report.appliedRevision() < recovery.revision()) {
            return false;
        }
        recovery.said().put(group, report.state());
        return true;
    }

    Verdict verdict(ShardRow row, ClusterConfig config) {
        Pending recovery = pending.get(row.shard());
        GroupRef owner = row.owner();
        if (recovery == null || owner == null) {
            throw new AssertionError("shard " + row.shard() + " has nothing to lose");
        }
        ShardState byOwner = config.isAlive(owner) ? recovery.said().get(owner) : null;
        if (byOwner != null && byOwner.servingEpoch() == row.epoch()) {
            return new Verdict.Kept();
        }
        if (byOwner instanceof ShardState.Frozen frozen && frozen.epoch() == row.epoch() + 1) {
            return isAlive(frozen.successor(), config)
                    ? new Verdict.Kept()
                    : new Verdict.FromCopy(owner, frozen.epoch());
        }
        GroupRef copy = null;
        long newest = 0;
        for (GroupRef group : recovery.asked()) {
            ShardState said = recovery.said().get(group);
            if (config.isAlive(group) && !isLastWord(said, config)) {
                return new Verdict.Waits();
            }
            if (config.isAlive(group)
                    && said instanceof ShardState.Frozen frozen
                    && !isAlive(frozen.successor(), config)
                    && frozen.epoch() >= recovery.copyFloor()
                    && frozen.epoch() > newest) {
                copy = group;
                newest = frozen.epoch();
            }
        }
        GroupRef planned = config.desired(row.shard());
        if (copy != null) {
            return new Verdict.FromCopy(copy, newest);
        }
        // Where it is to go on empty is asked, too.
        return planned == null || recovery.asked().add(planned) ? new Verdict.Waits() : new Verdict.Empty(planned);
    }

    private static boolean isLastWord(@Nullable ShardState said, ClusterConfig config) {
        return said instanceof ShardState.Absent
                || said instanceof ShardState.Frozen
                || (said instanceof ShardState.Importing importing && !isAlive(importing.source(), config));
    }

    private static boolean isAlive(GroupId group, ClusterConfig config) {
        return config.isAlive(new GroupRef(group.gid(), group.incarnation()));
    }
}

package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.state.Recoveries.Outcome;
import io.ostraka.shardctrler.state.Recoveries.Recovery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard is that lost a group.
 *
 * @param shard the shard
 * @param waitsFor the groups that have not had their last word, or that the shard was given to and that do not serve it
 * @param outcome how it last went on; null: it has not yet
 */
public record RecoveryStatus(
        int shard, SortedSet<GroupRef> waitsFor, @Nullable Outcome outcome) {

    /** Copies the set. */
    public RecoveryStatus {
        waitsFor = Collections.unmodifiableSortedSet(new TreeSet<>(waitsFor));
    }

    /** All shards that are being recovered, or once were. */
    public static List<RecoveryStatus> of(ControllerState state) {
        ClusterConfig config = state.config();
        List<RecoveryStatus> all = new ArrayList<>();
        if (config != null) {
            Recoveries recoveries = state.recoveries();
            for (ShardRow row : config.shards()) {
                Outcome outcome = recoveries.outcomes().get(row.shard());
                if (outcome != null || recoveries.pending().containsKey(row.shard())) {
                    all.add(new RecoveryStatus(row.shard(), waitsFor(state, config, row), outcome));
                }
            }
        }
        return all;
    }

    /** The groups that a shard waits for; none if it has nothing to wait for, or waits for one to join. */
    public static SortedSet<GroupRef> waitsFor(ControllerState state, ClusterConfig config, ShardRow row) {
        Recovery recovery = state.recoveries().pending().get(row.shard());
        TreeSet<GroupRef> waitsFor = new TreeSet<>();
        if (recovery != null
                && RecoveryRules.of(row, recovery, config::isAlive, config.desired(row.shard()))
                        instanceof RecoveryRules.Verdict.Waits waits) {
            waitsFor.addAll(waits.groups());
        } else if (row.recovery().isNamed() && row.owner() != null) {
            waitsFor.add(row.owner());
        }
        return waitsFor;
    }
}

package io.ostraka.it.system;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The tokens (DESIGN section 5): at every moment each shard has exactly one, counted over what each group's log says as
 * far as any of its replicas has applied it; at most one group serves it; no epoch is ever served by two.
 */
final class ShardsOracle {

    private record Tenure(int shard, long epoch) {}

    private final SortedMap<GroupId, GroupView> views = new TreeMap<>();
    private final Map<Tenure, GroupId> servers = new HashMap<>();
    private final Map<Integer, Long> highestServed = new HashMap<>();
    private long handOvers;
    private final Map<Step, BiConsumer<GroupId, GroupId>> witnesses = new EnumMap<>(Step.class);

    /** A step of a hand-over after which it matters who hears of it. */
    enum Step {
        /** The source has frozen the shard. */
        FROZEN,
        /** The successor has begun to serve it. */
        ACTIVATED
    }

    /** How many times a shard has begun to be served by another group. */
    long handOvers() {
        return handOvers;
    }

    /** Returns what each group's log makes of the shards. */
    SortedMap<GroupId, GroupView> views() {
        return views;
    }

    /** Has source and successor of the next hand-over that comes to a step shown to a witness, once. */
    void showNext(Step step, BiConsumer<GroupId, GroupId> witness) {
        witnesses.put(step, witness);
    }

    /** A replica has come further than any of its group. */
    void advanced(GroupId group, GroupView view, boolean mayHaveChangedHands) {
        GroupView before = views.put(group, view);
        if (mayHaveChangedHands) {
            noteServed(group, view);
            check();
            if (before != null && !witnesses.isEmpty()) {
                showSteps(group, before, view);
            }
        }
    }

    private void showSteps(GroupId group, GroupView before, GroupView view) {
        for (ShardView shard : view.known()) {
            ShardState was = before.shard(shard.shard()).state();
            ShardState is = shard.state();
            if (is instanceof ShardState.Frozen frozen && was.isServing()) {
                show(Step.FROZEN, group, frozen.successor());
            } else if (is.isServing() && was instanceof ShardState.Importing importing) {
                show(Step.ACTIVATED, importing.source(), group);
            }
        }
    }

    private void show(Step step, GroupId source, GroupId successor) {
        BiConsumer<GroupId, GroupId> witness = witnesses.remove(step);
        if (witness != null) {
            witness.accept(source, successor);
        }
    }

    private void noteServed(GroupId group, GroupView view) {
        for (ShardView shard : view.known()) {
            long epoch = shard.state().servingEpoch();
            if (epoch < 0) {
                continue;
            }
            GroupId before = servers.putIfAbsent(new Tenure(shard.shard(), epoch), group);
            if (before == null) {
                handOvers += epoch > 1 ? 1 : 0;
                highestServed.merge(shard.shard(), epoch, Math::max);
            } else if (!before.equals(group)) {
                throw new SystemViolation("epoch " + epoch + " of shard " + shard.shard() + " was served by " + before
                        + " and by " + group);
            }
        }
    }

    private void check() {
        Map<Integer, Integer> tokens = new HashMap<>();
        views.forEach((group, view) -> {
            for (ShardView shard : view.known()) {
                long served = highestServed.getOrDefault(shard.shard(), 0L);
                if (shard.state().isServing()) {
                    tokens.merge(shard.shard(), 1, Integer::sum);
                } else if (shard.state() instanceof ShardState.Frozen frozen && frozen.epoch() > served) {
                    tokens.merge(shard.shard(), 1, Integer::sum);
                    checkSuccessor(group, shard.shard(), frozen);
                }
            }
        });
        highestServed.forEach((shard, epoch) -> {
            if (tokens.getOrDefault(shard, 0) != 1) {
                throw new SystemViolation(
                        "shard " + shard + " has " + tokens.getOrDefault(shard, 0) + " tokens:" + describe(shard));
            }
        });
    }

    private void checkSuccessor(GroupId source, int shard, ShardState.Frozen frozen) {
        GroupView successor = views.get(frozen.successor());
        ExportName name = new ExportName(shard, frozen.epoch() - 1, frozen.exportId(), source, frozen.successor());
        if (successor == null || !successor.shard(shard).state().isImporting(name)) {
            throw new SystemViolation("the token of shard " + shard + " is frozen for " + frozen.successor()
                    + ", which does not import it:" + describe(shard));
        }
    }

    /** Says what each group makes of a shard. */
    String describe(int shard) {
        StringBuilder text = new StringBuilder();
        views.forEach((group, view) -> text.append("\n  ")
                .append(group)
                .append(" at ")
                .append(view.applied())
                .append(": ")
                .append(view.shard(shard).state()));
        return text.toString();
    }
}

package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Has the replicas of the group compare what they hold (DESIGN section 7), one shard after the other, one at a time:
 *
 * <ol>
 *   <li>{@code TakeDigest} in the log makes every replica pin its store at the same entry.
 *   <li>The leader asks each for its digest, itself too, until all have answered or one says nothing for too long.
 *   <li>{@link DigestVerdict} judges, and {@code Quarantine} in the log tells who differs from a majority.
 * </ol>
 *
 * <p>The verdict is in the log because the next comparison must see it everywhere: who is told there has no say in what
 * is compared after it, hence a majority of the group is trusted at any time. The answers need not be: a leader that is
 * replaced takes them along, and its successor begins anew. Leading takes no trust in the leader's own store, only in
 * its code; where that store is the one that differs, the leader says so itself.
 */
final class DigestRounds {

    /** One comparison. */
    private static final class Round {
        final int shard;
        final SortedMap<ReplicaId, Digest> digests = new TreeMap<>();
        /** Who has not answered, with the time at which each was last heard of. */
        final SortedMap<ReplicaId, Long> awaited = new TreeMap<>();

        @Nullable
        Long index;

        long askAtNanos;

        Round(int shard) {
            this.shard = shard;
        }
    }

    /** What was found and is not in the log yet. */
    private static final class Verdict {
        final Command.Quarantine command;
        boolean underWay;
        long sayAtNanos;

        Verdict(Command.Quarantine command, long nowNanos) {
            this.command = command;
            this.sayAtNanos = nowNanos;
        }
    }

    private final Outbox outbox;
    private final DigestOptions options;
    private final SortedMap<ReplicaId, Verdict> verdicts = new TreeMap<>();
    private int lastShard;
    private long nextAtNanos;
    private @Nullable Round round;

    /** Begins at any shard: leaders that are replaced often must not compare the same few again and again. */
    DigestRounds(Outbox outbox, DigestOptions options, RandomGenerator random) {
        this.outbox = outbox;
        this.options = options;
        this.nextAtNanos = outbox.nowNanos() + options.pauseNanos();
        this.lastShard = isOn() ? random.nextInt(outbox.view().shards()) : 0;
    }

    private boolean isOn() {
        return options.pauseNanos() > 0;
    }

    void drive() {
        long now = outbox.nowNanos();
        Round current = round;
        if (current != null) {
            pursue(current, now);
        } else if (!verdicts.isEmpty()) {
            pronounce(now);
        } else if (isOn() && now >= nextAtNanos && members().size() > 1) {
            begin(now);
        }
    }

    void answered(ReplicaId replica, long index, DigestAnswer answer) {
        Round current = round;
        if (current == null
                || current.index == null
                || current.index != index
                || !current.awaited.containsKey(replica)) {
            return;
        }
        switch (answer) {
            case DigestAnswer.Pending ignored -> current.awaited.put(replica, outbox.nowNanos());
            case DigestAnswer.Computed computed -> {
                current.awaited.remove(replica);
                current.digests.put(replica, computed.digest());
            }
            case DigestAnswer.Quarantined ignored -> current.awaited.remove(replica);
            case DigestAnswer.Gone ignored -> current.awaited.remove(replica);
        }
        pursue(current, outbox.nowNanos());
    }

    private void begin(long now) {
        int shard = nextShard();
        if (shard < 0) {
            end(now);
            return;
        }
        lastShard = shard;
        Round begun = new Round(shard);
        round = begun;
        outbox.propose(new Command.TakeDigest(shard), true, result -> {
            if (result instanceof KvResult.DigestBegun taken) {
                begun.index = taken.index();
                members().forEach(replica -> begun.awaited.put(replica, outbox.nowNanos()));
                begun.askAtNanos = outbox.nowNanos();
                pursue(begun, outbox.nowNanos());
            } else {
                end(outbox.nowNanos());
            }
        });
    }

    private void pursue(Round current, long now) {
        Long index = current.index;
        if (index == null) {
            return;
        }
        current.awaited.values().removeIf(heard -> now - heard > options.patienceNanos());
        if (current.awaited.isEmpty()) {
            conclude(current, index, now);
            end(now);
        } else if (now >= current.askAtNanos) {
            current.askAtNanos = now + options.retryNanos();
            outbox.add(new AgentAction.AskDigests(index, List.copyOf(current.awaited.keySet())));
        }
    }

    private void conclude(Round current, long index, long now) {
        String where = "shard " + current.shard + " as of entry " + index;
        switch (DigestVerdict.of(outbox.view().membership(), current.digests)) {
            case DigestVerdict.Agreed ignored -> {}
            case DigestVerdict.Undecided ignored ->
                outbox.add(new AgentAction.Alarm("the replicas differ in what they hold of " + where
                        + ", and no majority agrees, so nobody can tell who is right: " + current.digests));
            case DigestVerdict.Wrong verdict -> {
                for (ReplicaId replica : verdict.wrong()) {
                    outbox.add(
                            new AgentAction.Alarm("replica " + replica + " differs from a majority in what it holds of "
                                    + where + ": it is quarantined and rebuilt from a peer"));
                    verdicts.put(replica, new Verdict(new Command.Quarantine(replica, current.shard, index), now));
                }
                pronounce(now);
            }
        }
    }

    /** Says it until it is in the log: a leader that is about to go refuses every proposal, and may yet stay. */
    private void pronounce(long now) {
        verdicts.forEach((replica, verdict) -> {
            if (!verdict.underWay && now >= verdict.sayAtNanos) {
                verdict.underWay = true;
                outbox.propose(verdict.command, true, result -> {
                    verdict.underWay = false;
                    verdict.sayAtNanos = outbox.nowNanos() + options.retryNanos();
                    if (result != null) {
                        verdicts.remove(replica);
                    }
                });
            }
        });
    }

    private void end(long now) {
        round = null;
        nextAtNanos = now + options.pauseNanos();
    }

    /** The next shard of which the group holds anything, round and round; -1 if there is none. */
    private int nextShard() {
        GroupView view = outbox.view();
        for (int i = 1; i <= view.shards(); i++) {
            int shard = (lastShard + i) % view.shards();
            if (!(view.shard(shard).state() instanceof ShardState.Absent)) {
                return shard;
            }
        }
        return -1;
    }

    private List<ReplicaId> members() {
        Membership membership = outbox.view().membership();
        TreeSet<ReplicaId> members = new TreeSet<>(membership.voters());
        members.addAll(membership.outgoingVoters());
        members.addAll(membership.learners());
        return new ArrayList<>(members);
    }
}

package io.ostraka.it.system;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.shardctrler.machine.ControllerStateMachine;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.MalformedCommandException;
import io.ostraka.shardkv.shard.GroupStateMachine;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.KvResult;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of all groups by somebody who sees every replica at once: who led in which term, what was applied at
 * which index, and what each group's log makes of each shard. Each method checks what must hold when it is called.
 */
final class GroupsOracle {

    private record Term(GroupId group, long term) {}

    /** What stood at an index, and what it answered. */
    private record Answered(
            long term, Bytes payload, @Nullable Object answer) {}

    /** What is known of one group. */
    private static final class Known {
        private final Map<Long, Answered> answered = new HashMap<>();
        private final SortedMap<ReplicaId, Long> applied = new TreeMap<>();
        private long highest;
        private long storedUnanswered;
    }

    private final Map<Term, ReplicaId> leaders = new HashMap<>();
    private Consumer<ReplicaDescriptor> leaderWitness = _ -> {};
    private final SortedMap<GroupId, Known> groups = new TreeMap<>();
    private final ShardsOracle shards;
    private final WritesOracle writes;
    private final ConfigsOracle configs = new ConfigsOracle();
    private BiConsumer<GroupId, Bytes> steps = (_, _) -> {};
    private long installed;

    GroupsOracle(ShardsOracle shards, WritesOracle writes) {
        this.shards = shards;
        this.writes = writes;
    }

    /** Tells, from now on, each command of a group's log that gets on with the plan, or reports how far it has come. */
    void tellSteps(BiConsumer<GroupId, Bytes> listener) {
        steps = listener;
    }

    /** How many leaders there have been. */
    int elections() {
        return leaders.size();
    }

    /** Whether a group of shards has applied something, as it does once the cluster is founded. */
    boolean isFounded() {
        return groups.keySet().stream().anyMatch(group -> !group.equals(GroupId.CONTROLLER));
    }

    /** How many snapshots have become the state of a replica. */
    long installed() {
        return installed;
    }

    /** Grows while the groups get on. */
    long progress() {
        return groups.values().stream()
                .mapToLong(known -> known.applied.values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .sum();
    }

    /** The index of the last entry that any replica has applied. */
    long highest(GroupId group) {
        Known known = groups.get(group);
        return known == null ? 0 : known.highest;
    }

    private Known of(GroupId group) {
        return groups.computeIfAbsent(group, _ -> new Known());
    }

    /** Has the next replica that comes to lead shown to a witness in that moment, once. */
    void showNextLeader(Consumer<ReplicaDescriptor> witness) {
        leaderWitness = witness;
    }

    /** A replica publishes who leads. */
    void observed(ReplicaDescriptor replica, Leadership before, Leadership now) {
        if (now.equals(Leadership.NONE)) {
            return;
        }
        if (now.term() < before.term() || now.commit() < before.commit()) {
            throw new SystemViolation(
                    replica.replica() + " of " + replica.group() + " goes from " + before + " to " + now);
        }
        if (now.leads()) {
            ReplicaId known = leaders.putIfAbsent(new Term(replica.group(), now.term()), replica.replica());
            if (known == null) {
                Consumer<ReplicaDescriptor> shown = leaderWitness;
                leaderWitness = _ -> {};
                shown.accept(replica);
            } else if (!known.equals(replica.replica())) {
                throw new SystemViolation(replica.replica() + " leads term " + now.term() + " of " + replica.group()
                        + ", and so did " + known);
            }
        }
    }

    /** A replica starts from what its store holds. */
    void opened(ReplicaDescriptor replica, StateMachine<?> machine) {
        Known known = of(replica.group());
        long index = machine.durable().position().index();
        known.applied.put(replica.replica(), index);
        if (index > Math.max(known.highest, known.storedUnanswered)) {
            throw new SystemViolation(replica.replica() + " of " + replica.group() + " holds what nobody has applied: "
                    + machine.durable().position() + " after " + known.highest);
        }
    }

    /**
     * A replica died while it applied entries. What it had stored of them by then it may have without ever having
     * answered it.
     */
    void mayHold(ReplicaDescriptor replica, List<Entry> entries) {
        if (!entries.isEmpty()) {
            Known known = of(replica.group());
            known.storedUnanswered =
                    Math.max(known.storedUnanswered, entries.getLast().index());
        }
    }

    /** A replica has applied entries. */
    void applied(
            Machine on,
            ReplicaDescriptor replica,
            List<Entry> entries,
            List<WitnessedHost.Applied> results,
            StateMachine<?> machine) {
        Known known = of(replica.group());
        Map<Long, Object> answers = new HashMap<>();
        results.forEach(result -> answers.put(result.index(), result.result()));
        boolean handOver = false;
        for (Entry entry : entries) {
            Object answer = answers.get(entry.index());
            Answered answered = new Answered(entry.term(), entry.payload(), answer);
            Answered before = known.answered.putIfAbsent(entry.index(), answered);
            if (before != null && !before.equals(answered)) {
                throw new SystemViolation(replica.replica() + " of " + replica.group() + " on m" + on.index()
                        + " applies another entry at " + entry.position()
                        + " than others did, or answers it otherwise: "
                        + answer);
            }
            if (entry.index() > known.highest) {
                known.highest = entry.index();
                handOver |= firstApplied(replica.group(), entry, answer);
            }
        }
        if (!entries.isEmpty()) {
            known.applied.put(replica.replica(), entries.getLast().index());
            if (machine instanceof GroupStateMachine kv && entries.getLast().index() == known.highest) {
                shards.advanced(replica.group(), kv.view(), handOver);
            }
            if (machine instanceof ControllerStateMachine controller
                    && entries.getLast().index() == known.highest) {
                configs.advanced(controller.published().state().config());
            }
        }
    }

    /** Returns whether the entry may change who holds what. */
    private boolean firstApplied(GroupId group, Entry entry, @Nullable Object answer) {
        if (entry.type() != EntryType.COMMAND) {
            return false;
        }
        if (group.equals(GroupId.CONTROLLER)) {
            configs.answered(entry.payload(), answer);
            if (ConfigsOracle.isReport(entry.payload())) {
                steps.accept(group, entry.payload());
            }
            return false;
        }
        try {
            Command command = CommandCodec.decode(entry.payload()).command();
            if (command instanceof Command.WriteBatch batch && answer instanceof KvResult.Writes answers) {
                writes.applied(group, batch.writes(), answers.results());
                return false;
            }
            if (command instanceof Command.HandOverStep
                    || command instanceof Command.CreateShard
                    || command instanceof Command.ConfigUpdate) {
                steps.accept(group, entry.payload());
            }
            return true;
        } catch (MalformedCommandException e) {
            throw new SystemViolation("a command does not decode", e);
        }
    }

    /** A snapshot has become a replica's state. */
    void installed(ReplicaDescriptor replica, AppliedState state, StateMachine<?> machine) {
        installed++;
        Known known = of(replica.group());
        long index = state.position().index();
        if (index > known.highest) {
            throw new SystemViolation(
                    replica + " installs a snapshot at " + state.position() + ", applied is " + known.highest);
        }
        known.applied.put(replica.replica(), index);
        if (machine instanceof GroupStateMachine kv && index == known.highest) {
            GroupView view = kv.view();
            shards.advanced(replica.group(), view, true);
        }
    }
}

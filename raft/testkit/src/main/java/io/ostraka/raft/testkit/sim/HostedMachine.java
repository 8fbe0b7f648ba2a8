package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.ResultSink;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A state machine of production among those of the simulator: it gets the commands without their numbers, and its
 * answers are kept aside. Which history a state of it has is known from its position alone; that it is so for its
 * content is for whoever compares states to see.
 *
 * @param <R> what applying one command answers
 * @param <M> the state machine
 */
final class HostedMachine<R, M extends StateMachine<R>> implements SimulatedMachine {

    private final M machine;
    private final GroupOracle group;
    private final Witness witness;
    private final Map<Long, R> results = new HashMap<>();
    private Tally now;

    HostedMachine(M machine, GroupOracle group, Witness witness) {
        this.machine = machine;
        this.group = group;
        this.witness = witness;
        this.now = tallyOf(machine.durable());
    }

    private Tally tallyOf(AppliedState state) {
        return new Tally(state, group.hash(state.position().index()), false);
    }

    M machine() {
        return machine;
    }

    R result(long index) {
        R result = results.get(index);
        if (result == null) {
            throw new IllegalArgumentException("nothing was answered at " + index);
        }
        return result;
    }

    @Override
    public Tally tally() {
        return now;
    }

    @Override
    public Tally durableTally() {
        return tallyOf(machine.durable());
    }

    @Override
    public void flushed(Tally flushed) {
        machine.flush();
    }

    @Override
    public void quarantine() {
        throw new UnsupportedOperationException("a state machine of production finds out by itself");
    }

    @Override
    public @Nullable LogPosition quarantinedAt() {
        return machine.quarantinedAt();
    }

    @Override
    public AppliedState durable() {
        return machine.durable();
    }

    @Override
    public void apply(List<Entry> entries, ResultSink<Long> answers) {
        machine.apply(entries.stream().map(HostedMachine::withoutNumber).toList(), results::put);
        for (Entry entry : entries) {
            long hash = Chain.next(now.hash(), entry);
            now = new Tally(new AppliedState(entry.position(), now.at().membership()), hash, false);
            witness.applied(entry, hash);
            if (entry.type() == EntryType.COMMAND) {
                answers.result(entry.index(), hash);
            }
        }
    }

    private static Entry withoutNumber(Entry entry) {
        return entry.type() == EntryType.COMMAND
                ? new Entry(entry.index(), entry.term(), entry.type(), VirtualCluster.content(entry.payload()))
                : entry;
    }

    @Override
    public void leaderChanged(LeadershipEvent event) {
        machine.leaderChanged(event);
    }

    @Override
    public SnapshotReader openSnapshot() {
        return machine.openSnapshot();
    }

    @Override
    public SnapshotWriter beginInstall(SnapshotHeader header) {
        SnapshotWriter writer = machine.beginInstall(header);
        return new SnapshotWriter() {
            @Override
            public void write(SnapshotChunk chunk) {
                writer.write(chunk);
            }

            @Override
            public AppliedState commit() throws InvalidSnapshotException {
                AppliedState state = writer.commit();
                now = tallyOf(state);
                return state;
            }

            @Override
            public void abort() {
                writer.abort();
            }
        };
    }

    @Override
    public AppliedState flush() {
        return machine.flush();
    }

    @Override
    public void close() {
        machine.close();
    }
}

package io.ostraka.it.system;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.host.RaftHost;
import io.ostraka.raft.runtime.host.ReplicaHost;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.ResultSink;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.testkit.disk.DiskCall;
import io.ostraka.shardctrler.machine.ControllerStateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The replicas of one life: production's host, with a witness of everything that is applied and of who leads. */
final class WitnessedHost implements ReplicaHost {

    /** A replica that runs. */
    static final class Hosted {
        private final ReplicaDescriptor descriptor;
        private final RaftGroup<?> group;
        private final StateMachine<?> machine;
        private Leadership seen = Leadership.NONE;

        Hosted(ReplicaDescriptor descriptor, RaftGroup<?> group, StateMachine<?> machine) {
            this.descriptor = descriptor;
            this.group = group;
            this.machine = machine;
        }

        ReplicaDescriptor descriptor() {
            return descriptor;
        }

        RaftGroup<?> group() {
            return group;
        }

        /** The state machine itself. */
        StateMachine<?> machine() {
            return machine;
        }
    }

    private final SystemWorld world;
    private final Machine on;
    private final RaftHost host;
    private final SortedMap<ReplicaId, Hosted> hosted = new TreeMap<>();

    WitnessedHost(SystemWorld world, Machine on, RaftHost host) {
        this.world = world;
        this.on = on;
        this.host = host;
    }

    List<Hosted> replicas() {
        return List.copyOf(hosted.values());
    }

    boolean leadsAny() {
        return hosted.values().stream().anyMatch(each -> each.group.leadership().leads());
    }

    /** Compares what the replicas publish with what may be. */
    void look() {
        for (Hosted each : hosted.values()) {
            Leadership now = each.group.leadership();
            if (!now.equals(each.seen)) {
                world.groups().observed(each.descriptor, each.seen, now);
                world.trace().note("leadership", each.descriptor.replica().value() << 20 | now.term(), now.commit());
                each.seen = now;
            }
        }
    }

    @Override
    public <R> RaftGroup<R> open(ReplicaDescriptor descriptor, ReplicaRecovery found, StateMachine<R> machine)
            throws DamagedReplicaException {
        Witness<R> witness = new Witness<>(descriptor, machine);
        world.groups().opened(descriptor, machine);
        RaftGroup<R> group = host.open(descriptor, found, witness);
        hosted.put(descriptor.replica(), new Hosted(descriptor, group, machine));
        return group;
    }

    @Override
    public CompletableFuture<Void> close(ReplicaId replica) {
        hosted.remove(replica);
        return host.close(replica);
    }

    /** A state machine that is watched. */
    private final class Witness<R> implements StateMachine<R> {

        private final ReplicaDescriptor descriptor;
        private final StateMachine<R> machine;

        Witness(ReplicaDescriptor descriptor, StateMachine<R> machine) {
            this.descriptor = descriptor;
            this.machine = machine;
        }

        @Override
        public AppliedState durable() {
            return machine.durable();
        }

        @Override
        public void apply(List<Entry> entries, ResultSink<R> results) {
            List<Applied> applied = new ArrayList<>();
            try {
                machine.apply(entries, (index, result) -> {
                    applied.add(new Applied(index, result));
                    results.result(index, result);
                });
                world.groups().applied(on, descriptor, entries, applied, machine);
            } catch (DiskCall.PowerLoss e) {
                // What is in the store by then may survive, and is not applied again.
                long last = applied.isEmpty() ? 0 : applied.getLast().index();
                List<Entry> stored =
                        entries.stream().filter(entry -> entry.index() <= last).toList();
                world.groups().applied(on, descriptor, stored, applied, machine);
                world.groups().mayHold(descriptor, entries);
                throw e;
            }
        }

        @Override
        public @Nullable LogPosition quarantinedAt() {
            return machine.quarantinedAt();
        }

        @Override
        public void leaderChanged(LeadershipEvent event) {
            machine.leaderChanged(event);
        }

        @Override
        public SnapshotReader openSnapshot() {
            world.trace().note("snapshot", descriptor.replica().value(), 0);
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
                public AppliedState commit() {
                    AppliedState state = writer.commit();
                    world.groups().installed(descriptor, state, machine);
                    world.installation().come(on);
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
            if (machine instanceof ControllerStateMachine) {
                world.stateWriting().come(on);
            }
            return machine.flush();
        }

        @Override
        public void close() {
            machine.close();
        }
    }

    /** What an entry answered. */
    record Applied(long index, Object result) {}
}

package io.ostraka.raft.runtime.cluster;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.ResultSink;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How many commands of 256 bytes, and how many linearizable reads, a second three nodes in one process put through the
 * whole runtime (log with real forces, gRPC on loopback, apply), with a state machine that does nothing. A program, not
 * a test: its figures are only worth something next to those of the same machine.
 */
final class ThroughputProbe {

    private static final long SECONDS_EACH = 5;
    private static final Bytes COMMAND = Bytes.wrap(new byte[256]);

    private ThroughputProbe() {}

    /** Runs it; the argument is a directory for the files. */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        List<TestNode<NothingMachine>> nodes = new ArrayList<>();
        RaftConfig raft = RaftConfig.defaults();
        for (int number = 1; number <= 3; number++) {
            TestNode<NothingMachine> node = new TestNode<>(
                    Files.createDirectories(directory.resolve("node" + number)),
                    number,
                    List.of(1, 2, 3),
                    HostOptions.defaults(raft, number),
                    1,
                    (files, members) -> new NothingMachine(members));
            nodes.forEach(other -> {
                other.knows(node);
                node.knows(other);
            });
            nodes.add(node);
        }
        RaftGroup<Integer> leader = leader(nodes);
        measure("warm-up", 64, leader, true);
        for (int inFlight : new int[] {1, 16, 64, 256, 1024}) {
            measure("writes", inFlight, leader, true);
        }
        for (int inFlight : new int[] {1, 64, 1024}) {
            measure("reads", inFlight, leader, false);
        }
        nodes.forEach(TestNode::close);
    }

    private static RaftGroup<Integer> leader(List<TestNode<NothingMachine>> nodes) {
        while (true) {
            for (TestNode<NothingMachine> node : nodes) {
                if (node.group().leadership().leads()) {
                    return node.group();
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static void measure(String what, int inFlight, RaftGroup<Integer> leader, boolean writes) {
        AtomicLong done = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        AtomicInteger running = new AtomicInteger(inFlight);
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(SECONDS_EACH);
        for (int i = 0; i < inFlight; i++) {
            new Caller(leader, writes, end, done, refused, running).next();
        }
        while (running.get() > 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%-8s %5d in flight: %9.0f a second, %8.3f ms mean, %d refused%n",
                what,
                inFlight,
                done.get() / seconds,
                inFlight * seconds * 1e3 / Math.max(1, done.get()),
                refused.get());
    }

    /** One caller, which asks again whenever it was answered. */
    private record Caller(
            RaftGroup<Integer> leader,
            boolean writes,
            long endNanos,
            AtomicLong done,
            AtomicLong refused,
            AtomicInteger running) {

        private void next() {
            if (System.nanoTime() - endNanos >= 0) {
                running.decrementAndGet();
            } else if (writes) {
                leader.propose(
                        COMMAND,
                        Budget.CLIENT,
                        outcome -> answered(outcome instanceof ProposalResult.Applied<Integer>));
            } else {
                leader.read(outcome -> answered(outcome instanceof ReadResult.Ready));
            }
        }

        private void answered(boolean well) {
            (well ? done : refused).incrementAndGet();
            next();
        }
    }

    /** Applies by counting, and is durable whenever asked. */
    private static final class NothingMachine implements StateMachine<Integer> {

        private final Membership members;
        private volatile LogPosition applied = LogPosition.ZERO;
        private volatile LogPosition durable = LogPosition.ZERO;

        private NothingMachine(Membership members) {
            this.members = members;
        }

        @Override
        public AppliedState durable() {
            return new AppliedState(durable, members);
        }

        @Override
        public void apply(List<Entry> entries, ResultSink<Integer> results) {
            for (Entry entry : entries) {
                if (entry.type() == EntryType.COMMAND) {
                    results.result(entry.index(), 0);
                }
            }
            applied = entries.getLast().position();
        }

        @Override
        public void leaderChanged(LeadershipEvent event) {}

        @Override
        public SnapshotReader openSnapshot() {
            throw new IllegalStateException("the probe sends no snapshots");
        }

        @Override
        public SnapshotWriter beginInstall(SnapshotHeader header) {
            throw new IllegalStateException("the probe installs no snapshots");
        }

        @Override
        public AppliedState flush() {
            durable = applied;
            return durable();
        }

        @Override
        public void close() {}
    }
}

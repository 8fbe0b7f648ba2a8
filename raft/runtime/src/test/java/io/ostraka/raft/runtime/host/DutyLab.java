package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.core.SnapshotNeeded;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.Input;
import io.ostraka.raft.core.input.PeerUnreachable;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/**
 * Three nodes with one group, wired as {@link RaftHost} wires them, in virtual time: the network takes none, and how
 * long a node's log takes to write is up to the test.
 */
final class DutyLab {

    private static final GroupId GROUP = new GroupId(1, 1);
    private static final Membership MEMBERS = Membership.of(new ReplicaId(1), new ReplicaId(2), new ReplicaId(3));

    private final HostOptions options;
    private final List<Node> nodes = new ArrayList<>();
    private final Deque<Runnable> arrivals = new ArrayDeque<>();
    private long now;
    private int envelopes;

    DutyLab(RaftConfig raft, long seed) {
        options = HostOptions.defaults(raft, seed);
        for (int number = 1; number <= 3; number++) {
            nodes.add(new Node(number, new Random(seed * 10 + number)));
        }
    }

    HostOptions options() {
        return options;
    }

    Node node(int number) {
        return nodes.get(number - 1);
    }

    /** Messages of replicas that were sent since the last call. */
    int takeEnvelopes() {
        int taken = envelopes;
        envelopes = 0;
        return taken;
    }

    /** Returns the node whose replica leads in the highest term, 0 if none does. */
    int leader() {
        return nodes.stream()
                .filter(node -> !node.stopped && node.leadership().leads())
                .max((one, other) ->
                        Long.compare(one.leadership().term(), other.leadership().term()))
                .map(node -> node.number)
                .orElse(0);
    }

    long term() {
        return node(leader()).leadership().term();
    }

    /** Lets time pass, a tick after the other. */
    void pass(Duration time) {
        for (long end = now + time.toNanos(); now < end; ) {
            now += options.tickNanos();
            for (Node node : nodes) {
                if (!node.stopped) {
                    node.tick();
                }
            }
            deliver();
        }
    }

    /** The same, while the leader is given a command every tenth of a second. */
    void passBusy(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 100) {
            if (leader() != 0) {
                node(leader()).propose();
                deliver();
            }
            pass(Duration.ofMillis(100));
        }
    }

    private void deliver() {
        for (Runnable arrival = arrivals.poll(); arrival != null; arrival = arrivals.poll()) {
            arrival.run();
        }
    }

    /** A write on its way to the disk. */
    private record Writing(LogWrite write, long begunNanos, long dueNanos) {}

    /** A node and its replica. */
    final class Node implements DutyReplica, ReplicaPorts<String>, Transport {

        private final int number;
        private final ReplicaId self;
        private final NodeDuties duties;
        private final ReplicaDriver<String> driver;
        private final Deque<Writing> writing = new ArrayDeque<>();
        private final TreeSet<ReplicaId> lostTo = new TreeSet<>();
        private long writeNanos;
        private long appliedIndex;
        private boolean stopped;

        private Node(int number, Random random) {
            this.number = number;
            this.self = new ReplicaId(number);
            AddressBook addresses = new AddressBook();
            MEMBERS.voters().forEach(each -> addresses.setNode(each, new NodeId(each.value())));
            duties = new NodeDuties(Map.of(self, this), addresses, this, options);
            driver = new ReplicaDriver<>(
                    self,
                    new RawNode(options.raft(), self, Restored.fresh(MEMBERS), random, now),
                    new AppliedState(LogPosition.ZERO, MEMBERS),
                    new LogRetention(LogPosition.ZERO, List.of(), LogPosition.ZERO),
                    this);
        }

        /** From now on the log takes this long to write. */
        void writesTake(Duration time) {
            writeNanos = time.toNanos();
        }

        /** Ends the node, as a crash does. */
        void stop() {
            stopped = true;
        }

        private void propose() {
            driver.propose(Bytes.utf8("x"), Budget.CLIENT, outcome -> {});
            driver.endTurn(now);
            applyAll();
        }

        private void tick() {
            while (!writing.isEmpty() && writing.getFirst().dueNanos() <= now) {
                durable(writing.removeFirst());
            }
            List<ReplicaId> lost = List.copyOf(lostTo);
            lostTo.clear();
            lost.forEach(peer -> step(new PeerUnreachable(peer)));
            step(new Tick(now));
            duties.tick(now, writing.isEmpty() ? 0 : now - writing.getFirst().begunNanos());
        }

        private void durable(Writing done) {
            long took = now - done.begunNanos();
            if (took > options.slowWriteNanos()) {
                duties.writeTook(took, now);
            }
            driver.written(done.write(), now);
            applyAll();
        }

        private void step(Input input) {
            driver.step(input);
            applyAll();
        }

        private void applyAll() {
            driver.applied(appliedIndex);
        }

        // ---- DutyReplica

        @Override
        public ReplicaDescriptor descriptor() {
            return new ReplicaDescriptor(GROUP, self, MEMBERS, true);
        }

        @Override
        public boolean isRunning() {
            return true;
        }

        @Override
        public Leadership leadership() {
            return driver.leadership(Leadership.NONE);
        }

        @Override
        public RaftStatus raftStatus() {
            return driver.status();
        }

        @Override
        public void input(Input input) {
            step(input);
        }

        @Override
        public void lost(ReplicaId peer) {
            lostTo.add(peer);
        }

        // ---- ReplicaPorts

        @Override
        public void write(LogWrite write) {
            long due = Math.max(
                    now + writeNanos, writing.isEmpty() ? 0 : writing.getLast().dueNanos());
            writing.addLast(new Writing(write, now, due));
            if (due <= now) {
                arrivals.add(this::writtenAtOnce);
            }
        }

        private void writtenAtOnce() {
            if (!writing.isEmpty() && writing.getFirst().dueNanos() <= now) {
                durable(writing.removeFirst());
            }
        }

        @Override
        public void send(Message message) {
            send(new NodeId(message.to().value()), new Envelope(GROUP, message));
        }

        @Override
        public void apply(List<Entry> entries, List<ProposalWaiter<String>> waiters) {
            appliedIndex = Math.max(appliedIndex, entries.getLast().index());
        }

        @Override
        public void leadershipChanged(LeadershipEvent event) {}

        @Override
        public void readable(ReadResult.Ready readable, List<ReadCallback> callbacks) {}

        @Override
        public void sendSnapshot(SnapshotNeeded needed) {
            throw new AssertionError("nothing is cut from the log");
        }

        @Override
        public void failed(Throwable cause) {
            throw new AssertionError(cause);
        }

        // ---- Transport

        @Override
        public void start(TransportListener listener) {}

        @Override
        public boolean send(NodeId to, PeerMessage message) {
            envelopes += message instanceof Envelope ? 1 : 0;
            NodeId from = new NodeId(number);
            Node target = node((int) to.value());
            arrivals.add(() -> {
                if (!stopped) {
                    target.arrived(from, message);
                }
            });
            return true;
        }

        private void arrived(NodeId from, PeerMessage message) {
            if (stopped) {
                return;
            }
            switch (message) {
                case Envelope envelope -> step(new Received(envelope.message(), now));
                case NodeHeartbeat heartbeat -> duties.received(from, heartbeat, now);
                case NodeHeartbeatAck ack -> duties.acknowledged(from, ack, now);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}

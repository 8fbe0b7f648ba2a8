package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.FatalListener;
import io.ostraka.raft.runtime.storage.LogPin;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * All replicas of one process on a fixed number of threads: one apply thread and one flush thread of its own, and the
 * threads of the network, on which the Raft loops live; whatever the number of groups. The log brings a thread of its
 * own. Ticks and heartbeats wait for no disk. See {@code docs/concurrency.md}.
 *
 * <p>Safe for any thread, once {@link #start} has returned.
 */
public final class RaftHost implements ReplicaHost, AutoCloseable {

    private final Ports ports;
    private final HostOptions options;
    private final ConcurrentNavigableMap<ReplicaId, HostedGroup<?>> groups = new ConcurrentSkipListMap<>();
    private final List<RaftLoop> loops = new ArrayList<>();
    private final Worker applyThread;
    private final Worker flushThread;
    private final NodeDuties duties;
    private final FlushDuty flushes;
    private final RandomGenerator random;
    private final Services services = new Services();
    private volatile @Nullable Departure departure;
    private boolean closed;

    /**
     * What a host needs of the world.
     *
     * @param clock monotonic time
     * @param workers makes the threads beside the loops
     * @param loops the threads of the Raft loops, at least one; a group stays on one of them
     * @param log the shared log
     * @param transport the way of messages
     * @param snapshots the way of snapshots
     * @param addresses which node hosts which replica
     * @param failures is told of replicas that stop
     * @param fatal is told when the process cannot go on, as when a replica stops because of the disk
     */
    public record Ports(
            Clock clock,
            Workers workers,
            List<LoopThread> loops,
            LogStore log,
            Transport transport,
            SnapshotTransport snapshots,
            AddressBook addresses,
            GroupFailureListener failures,
            FatalListener fatal) {}

    /** Makes a host that does nothing until {@link #start}. */
    public RaftHost(Ports ports, HostOptions options) {
        this.ports = ports;
        this.options = options;
        this.applyThread = ports.workers().busy("ostraka-apply", ports.fatal());
        this.flushThread = ports.workers().busy("ostraka-flush", ports.fatal());
        this.duties = new NodeDuties(groups, ports.addresses(), ports.transport(), options);
        this.flushes = new FlushDuty(groups.values(), flushThread, options.unflushedBytesMax(), services::retainedLog);
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(options.randomSeed());
        for (LoopThread thread : ports.loops()) {
            loops.add(new RaftLoop(thread, ports.clock(), new LoopTicker(), ports.fatal()));
        }
    }

    /** Lets time pass, and takes what the network brings. */
    public void start() {
        loops.forEach(loop -> loop.start(options.tickNanos()));
        ports.transport().start(new Arrivals());
        ports.snapshots().start((from, offer, incoming) -> {
            HostedGroup<?> group = groups.get(offer.to());
            if (group == null || !group.descriptor().group().equals(offer.group())) {
                incoming.refuse("no such replica here: " + offer.to() + " of group " + offer.group());
                return;
            }
            ports.addresses().learnNode(offer.from(), from);
            group.receiving().offered(offer, incoming);
        });
    }

    @Override
    public <R> RaftGroup<R> open(ReplicaDescriptor descriptor, ReplicaRecovery found, StateMachine<R> machine)
            throws DamagedReplicaException {
        AppliedState durable = machine.durable();
        return switch (ReplicaStart.of(found, durable)) {
            case ReplicaStart.Damaged damaged ->
                throw new DamagedReplicaException(descriptor.replica(), damaged.what());
            case ReplicaStart.Ready ready -> {
                Restored restored = ready.restored();
                if (ready.restartLog()) {
                    ports.log().submit(new LogWrite.Restart(descriptor.replica(), restored.base()), write -> {});
                }
                yield begin(descriptor, restored, durable, machine);
            }
        };
    }

    private synchronized <R> RaftGroup<R> begin(
            ReplicaDescriptor descriptor, Restored restored, AppliedState durable, StateMachine<R> machine) {
        if (closed) {
            throw new IllegalStateException("the host is closed");
        }
        if (groups.containsKey(descriptor.replica())) {
            throw new IllegalStateException("replica " + descriptor.replica() + " is open already");
        }
        RaftLoop loop = loops.get(Math.floorMod(Long.hashCode(descriptor.group().gid()), loops.size()));
        HostedGroup<R> group = new HostedGroup<>(descriptor, services, loop, machine, durable);
        RawNode node = new RawNode(
                options.raft(),
                descriptor.replica(),
                restored,
                RandomGeneratorFactory.of("L64X128MixRandom").create(random.nextLong()),
                ports.clock().nanoTime());
        group.begin(node, durable, new LogRetention(restored.base(), restored.entries(), durable.position()));
        groups.put(descriptor.replica(), group);
        return group;
    }

    @Override
    public CompletableFuture<Void> close(ReplicaId replica) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        HostedGroup<?> group = groups.remove(replica);
        if (group == null) {
            done.complete(null);
        } else {
            group.loop().execute(() -> group.end(() -> done.complete(null)));
        }
        return done;
    }

    /** Returns an overview of each open replica. */
    public List<GroupStatus> status() {
        return groups.values().stream().map(HostedGroup::status).toList();
    }

    /**
     * Frees the log's oldest segment of what holds it back, by a flush and by giving back what is kept for followers
     * that lag; meant for {@code LogObserver.pinned}. Any thread; does not block.
     */
    public void unpin(List<LogPin> pins) {
        flushes.unpin(pins);
    }

    /**
     * Hands every leadership that this node has, or gets, to a peer, as one does before a planned stop. The result
     * completes once nothing is led here that a peer in touch could lead; the caller says how long it waits for that.
     * Does not block.
     */
    public CompletableFuture<Void> handOverLeadership() {
        Departure begun = new Departure(groups.values(), options.raft().electionTimeoutMinNanos());
        departure = begun;
        loops.getFirst().execute(() -> begun.insist(ports.clock().nanoTime()));
        return begun.done();
    }

    /**
     * Closes all replicas without flushing them, and waits for the threads to end. The log and the transports stay
     * open: whoever made them closes them after the host.
     */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        List<CompletableFuture<Void>> closing =
                List.copyOf(groups.keySet()).stream().map(this::close).toList();
        closing.forEach(CompletableFuture::join);
        try {
            for (RaftLoop loop : loops) {
                loop.close();
            }
            applyThread.close();
            flushThread.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A replica that its disk failed takes the process with it: the others live on that disk, too (DESIGN section 8).
     */
    private void replicaFailed(ReplicaDescriptor replica, Throwable cause) {
        if (DiskException.isBehind(cause)) {
            ports.fatal().fatal(cause);
        } else {
            ports.failures().failed(replica, cause);
        }
    }

    private final class LoopTicker implements RaftLoop.Ticker {

        @Override
        public void tick(RaftLoop loop, long nowNanos) {
            if (loop == loops.getFirst()) {
                duties.tick(nowNanos, services.oldestWriteNanos(nowNanos));
                flushes.check();
                Departure leaving = departure;
                if (leaving != null) {
                    leaving.insist(nowNanos);
                }
            }
        }

        @Override
        public void turnEnded() {
            ports.transport().flush();
            Departure leaving = departure;
            if (leaving != null) {
                leaving.look(ports.clock().nanoTime());
            }
        }
    }

    /** What the network brings, sorted to the loops that it is for. */
    private final class Arrivals implements TransportListener {

        @Override
        public void received(NodeId from, List<PeerMessage> messages, Runnable taken) {
            if (loops.size() == 1) {
                RaftLoop only = loops.getFirst();
                only.execute(() -> {
                    messages.forEach(message -> dispatch(from, message));
                    taken.run();
                });
                return;
            }
            List<List<PeerMessage>> parts = new ArrayList<>();
            loops.forEach(loop -> parts.add(new ArrayList<>()));
            messages.forEach(message -> parts.get(loopOf(message)).add(message));
            AtomicInteger left = new AtomicInteger(loops.size());
            for (int i = 0; i < loops.size(); i++) {
                List<PeerMessage> part = parts.get(i);
                loops.get(i).execute(() -> {
                    part.forEach(message -> dispatch(from, message));
                    if (left.decrementAndGet() == 0) {
                        taken.run();
                    }
                });
            }
        }

        private int loopOf(PeerMessage message) {
            HostedGroup<?> group = message instanceof Envelope envelope ? groups.get(envelope.to()) : null;
            return group == null ? 0 : loops.indexOf(group.loop());
        }

        private void dispatch(NodeId from, PeerMessage message) {
            long now = ports.clock().nanoTime();
            switch (message) {
                case Envelope envelope -> {
                    HostedGroup<?> group = groups.get(envelope.to());
                    if (group != null && group.descriptor().group().equals(envelope.group())) {
                        ports.addresses().learnNode(envelope.from(), from);
                        group.drive(d -> d.step(new Received(envelope.message(), now)));
                    }
                }
                case NodeHeartbeat heartbeat -> duties.received(from, heartbeat, now);
                case NodeHeartbeatAck ack -> duties.acknowledged(from, ack, now);
            }
        }

        @Override
        public void unreachable(NodeId node) {
            loops.getFirst().execute(() -> duties.unreachable(node));
        }
    }

    private final class Services implements HostServices {

        private final WritesInFlight writes = new WritesInFlight();

        @Override
        public HostOptions options() {
            return options;
        }

        @Override
        public void write(LogWrite write, LogStore.Completion completion) {
            long number = writes.begun(now());
            ports.log().submit(write, durable -> {
                long now = now();
                long took = writes.ended(number, now);
                if (took > options.slowWriteNanos()) {
                    loops.getFirst().execute(() -> duties.writeTook(took, now));
                }
                completion.durable(durable);
            });
        }

        private long oldestWriteNanos(long nowNanos) {
            return writes.oldestNanos(nowNanos);
        }

        @Override
        public Worker applyThread() {
            return applyThread;
        }

        @Override
        public Worker flushThread() {
            return flushThread;
        }

        @Override
        public SnapshotTransport snapshots() {
            return ports.snapshots();
        }

        @Override
        public GroupFailureListener failures() {
            return RaftHost.this::replicaFailed;
        }

        @Override
        public boolean send(Envelope envelope) {
            NodeId node = nodeOf(envelope.to());
            return node != null && ports.transport().send(node, envelope);
        }

        @Override
        public @Nullable NodeId nodeOf(ReplicaId replica) {
            return ports.addresses().nodeOf(replica);
        }

        @Override
        public RetainedLog retainedLog() {
            long sending = groups.values().stream()
                    .filter(HostedGroup::keepsForTransfers)
                    .count();
            return new RetainedLog(
                    options.retainedBytesMax() / Math.max(1, groups.size()),
                    options.transferRetainedBytesMax() / Math.max(1, sending));
        }

        @Override
        public long now() {
            return ports.clock().nanoTime();
        }
    }
}

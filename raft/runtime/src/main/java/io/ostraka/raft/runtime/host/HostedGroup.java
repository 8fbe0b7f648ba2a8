package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.SnapshotNeeded;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.Input;
import io.ostraka.raft.core.input.PeerUnreachable;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.input.TransferLeadership;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.TimeoutNow;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica in its host: carries what happens between the threads, and decides nothing itself. The driver belongs to
 * the Raft loop, the applier and the snapshots to the apply thread; what other threads may see of either is volatile.
 */
final class HostedGroup<R> implements RaftGroup<R>, ReplicaPorts<R>, DutyReplica {

    private static final Logger log = LoggerFactory.getLogger(HostedGroup.class);

    private static final long EXPIRY_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A request that any thread has put, on its way to the loop. */
    private sealed interface Request<R> {
        record Proposal<R>(Bytes command, Budget budget, ProposalCallback<R> callback) implements Request<R> {}

        record Reading<R>(ReadCallback callback) implements Request<R> {}
    }

    private final ReplicaDescriptor descriptor;
    private final HostServices services;
    private final RaftLoop loop;
    private final StateMachine<R> machine;
    private final ReplicaApplier<R> applier;
    private final SnapshotSending<R> sending;
    private final SnapshotReceiving<R> receiving;
    private final Queue<Request<R>> requests = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean requestsScheduled = new AtomicBoolean();
    private @Nullable ReplicaDriver<R> driver;
    private final NavigableSet<ReplicaId> lostTo = new TreeSet<>();
    private long lastExpiryNanos;
    private long toldApplied;
    private boolean inTurn;
    private boolean atRest;
    private boolean applying = true;
    private boolean quarantineTold;
    private volatile Leadership leadership = Leadership.NONE;
    private volatile @Nullable RaftStatus status;
    private volatile long unflushedBytes;
    private volatile boolean keepsForTransfers;
    private volatile @Nullable String failure;
    private volatile boolean closed;

    HostedGroup(
            ReplicaDescriptor descriptor,
            HostServices services,
            RaftLoop loop,
            StateMachine<R> machine,
            AppliedState durable) {
        this.descriptor = descriptor;
        this.services = services;
        this.loop = loop;
        this.machine = machine;
        this.applier = new ReplicaApplier<>(machine, durable.position().index());
        this.sending = new SnapshotSending<>(this, machine, services);
        this.receiving = new SnapshotReceiving<>(this, machine, applier);
        this.toldApplied = applier.appliedEntry();
        this.lastExpiryNanos = services.now();
    }

    // ---- set-up and the loop's own calls

    /** Starts the replica; by the thread that opens it, before anyone else knows of it. */
    void begin(RawNode node, AppliedState durable, LogRetention retention) {
        ReplicaDriver<R> begun = new ReplicaDriver<>(descriptor.replica(), node, durable, retention, this);
        driver = begun;
        status = begun.status();
        LogPosition distrusted = machine.quarantinedAt();
        quarantineTold = distrusted != null;
        loop.execute(() -> {
            loop.add(this);
            if (distrusted != null) {
                drive(d -> d.quarantined(distrusted.index(), loop.now()));
            }
            // It may be due at once: the first election of a new group waits for no tick of the loop.
            tick(loop.now());
        });
    }

    RaftLoop loop() {
        return loop;
    }

    SnapshotReceiving<R> receiving() {
        return receiving;
    }

    /** Now if this is the loop, else soon. */
    @Override
    public void input(Input input) {
        if (loop.isCurrent()) {
            drive(d -> d.step(input));
        } else {
            loop.execute(() -> drive(d -> d.step(input)));
        }
    }

    /** Something to do with the driver. */
    interface Driving<R> {
        void with(ReplicaDriver<R> driver);
    }

    /** Uses the driver in the course of a turn; on the loop. */
    void drive(Driving<R> use) {
        ReplicaDriver<R> running = driver;
        if (running == null || closed) {
            return;
        }
        atRest = false;
        if (!inTurn) {
            inTurn = true;
            loop.touch(this);
            tellApplied(running);
        }
        use.with(running);
    }

    /**
     * Tells the core what has been applied since its last turn. It is in no hurry to know: it wants it for its limits
     * and for releasing the log, so applying alone wakes nobody.
     */
    private void tellApplied(ReplicaDriver<R> running) {
        long applied = applier.appliedEntry();
        if (applied > toldApplied) {
            toldApplied = applied;
            running.applied(applied);
        }
    }

    /** Lets time pass; a replica to which nothing has happened since the last tick is left alone until it is due. */
    void tick(long nowNanos) {
        boolean expires = nowNanos - lastExpiryNanos > EXPIRY_NANOS;
        ReplicaDriver<R> running = driver;
        boolean due = running == null || nowNanos - running.dueNanos() >= 0;
        if (atRest && !due && !expires && applier.appliedEntry() == toldApplied) {
            return;
        }
        drive(d -> {
            // At ticks only: the core may answer by sending again, which must not turn into a busy loop.
            List<ReplicaId> lost = List.copyOf(lostTo);
            lostTo.clear();
            lost.forEach(peer -> d.step(new PeerUnreachable(peer)));
            d.step(new Tick(nowNanos));
            status = d.status();
            unflushedBytes = d.unflushedBytes();
            keepsForTransfers = d.keepsForTransfers();
            d.release(services.retainedLog());
            if (expires) {
                lastExpiryNanos = nowNanos;
                onApply(() -> sending.expire(nowNanos));
            }
        });
        atRest = true;
    }

    void endTurn(long nowNanos) {
        inTurn = false;
        ReplicaDriver<R> running = driver;
        if (running == null || closed) {
            return;
        }
        running.endTurn(nowNanos);
        leadership = running.leadership(leadership);
    }

    private void takeRequests() {
        requestsScheduled.set(false);
        for (Request<R> request = requests.poll(); request != null; request = requests.poll()) {
            Request<R> next = request;
            switch (next) {
                case Request.Proposal<R> proposal -> {
                    loop.queuedBytes().addAndGet(-proposal.command().size());
                    if (driver == null || closed) {
                        proposal.callback().completed(new ProposalResult.Refused<>(new Refusal.Stopped()));
                    } else {
                        drive(d -> d.propose(proposal.command(), proposal.budget(), proposal.callback()));
                    }
                }
                case Request.Reading<R> reading -> {
                    if (driver == null || closed) {
                        reading.callback().completed(new ReadResult.Refused(new Refusal.Stopped()));
                    } else {
                        drive(d -> d.read(reading.callback()));
                    }
                }
            }
        }
    }

    // ---- RaftGroup: any thread

    @Override
    public ReplicaDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public void propose(Bytes command, Budget budget, ProposalCallback<R> callback) {
        if (closed) {
            callback.completed(new ProposalResult.Refused<>(new Refusal.Stopped()));
            return;
        }
        long waiting = loop.queuedBytes().addAndGet(command.size());
        if (waiting > services.options().queuedBytesMax() && budget != Budget.PROTOCOL) {
            loop.queuedBytes().addAndGet(-command.size());
            callback.completed(new ProposalResult.Refused<>(new Refusal.Overloaded()));
            return;
        }
        put(new Request.Proposal<>(command, budget, callback));
    }

    @Override
    public void read(ReadCallback callback) {
        if (closed) {
            callback.completed(new ReadResult.Refused(new Refusal.Stopped()));
            return;
        }
        put(new Request.Reading<>(callback));
    }

    private void put(Request<R> request) {
        requests.add(request);
        if (requestsScheduled.compareAndSet(false, true)) {
            loop.execute(this::takeRequests);
        }
    }

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public long appliedIndex() {
        return applier.appliedIndex();
    }

    @Override
    public void transferLeadership(@Nullable ReplicaId target) {
        loop.execute(() -> drive(d -> d.step(new TransferLeadership(target, loop.now()))));
    }

    @Override
    public GroupStatus status() {
        return new GroupStatus(descriptor, raftStatus(), appliedIndex(), unflushedBytes, failure);
    }

    @Override
    public RaftStatus raftStatus() {
        return Objects.requireNonNull(status, "not begun");
    }

    @Override
    public boolean isRunning() {
        return !closed && failure == null;
    }

    @Override
    public void lost(ReplicaId peer) {
        loop.execute(() -> {
            lostTo.add(peer);
            atRest = false;
        });
    }

    /** Flushes the state machine; on the flush thread. */
    void flush() {
        if (isRunning()) {
            try {
                machine.flush();
            } catch (RuntimeException broken) {
                loop.execute(() -> drive(d -> d.fail(broken)));
            }
        }
    }

    /** Returns up to where the state machine is durable; on the flush thread. */
    LogPosition durablePosition() {
        return isRunning() ? machine.durable().position() : LogPosition.ZERO;
    }

    /**
     * Returns the log that a flush would let go; any thread. A replica whose state is not to be trusted stands where it
     * was found out, and no flush brings it further: what it holds back must not make the others flush all the time.
     */
    long unflushedBytes() {
        return machine.quarantinedAt() == null ? unflushedBytes : 0;
    }

    /** Whether it keeps log for a follower that gets a snapshot, or catches up after one; any thread. */
    boolean keepsForTransfers() {
        return keepsForTransfers;
    }

    // ---- ReplicaPorts: on the loop

    @Override
    public void write(LogWrite write) {
        services.write(
                write,
                durable -> loop.execute(() -> {
                    drive(d -> d.written(durable, loop.now()));
                    receiving.written(durable);
                }));
    }

    @Override
    public void send(Message message) {
        ReplicaDriver<R> running = driver;
        if (message instanceof TimeoutNow && running != null) {
            // Nobody may still see a lease once the successor can be asked to stand.
            leadership = running.leadership(leadership);
        }
        if (!services.send(new Envelope(descriptor.group(), message))) {
            lostTo.add(message.to());
        }
    }

    @Override
    public void apply(List<Entry> entries, List<ProposalWaiter<R>> waiters) {
        services.applyThread().execute(() -> {
            if (!applying) {
                waiters.forEach(waiter -> waiter.callback().completed(new ProposalResult.Unknown<>()));
                return;
            }
            applied(() -> {
                applier.apply(entries, waiters);
                tellQuarantine();
            });
        });
    }

    @Override
    public void leadershipChanged(LeadershipEvent event) {
        services.applyThread().execute(() -> applied(() -> applier.leadershipChanged(event)));
    }

    @Override
    public void readable(ReadResult.Ready readable, List<ReadCallback> callbacks) {
        boolean trusted = machine.quarantinedAt() == null;
        if (isRunning() && trusted && applier.appliedIndex() >= readable.index()) {
            callbacks.forEach(callback -> callback.completed(readable));
            return;
        }
        services.applyThread().execute(() -> {
            if (applying) {
                applied(() -> applier.readable(readable, callbacks));
            } else {
                callbacks.forEach(c -> c.completed(new ReadResult.Refused(new Refusal.Stopped())));
            }
        });
    }

    @Override
    public void sendSnapshot(SnapshotNeeded needed) {
        services.applyThread().execute(() -> {
            if (applying) {
                applied(() -> sending.needed(needed));
            }
        });
    }

    @Override
    public void failed(Throwable cause) {
        log.error(
                "replica {} of group {} has stopped: {}; its peers carry on without it",
                descriptor.replica(),
                descriptor.group(),
                cause,
                cause);
        failure = cause.toString();
        services.applyThread().execute(this::stopApplying);
        services.failures().failed(descriptor, cause);
    }

    // ---- on the apply thread

    /** Does something of the state machine; what it throws stops this replica, and no other. */
    void applied(Runnable work) {
        if (!applying) {
            return;
        }
        try {
            work.run();
        } catch (RuntimeException broken) {
            stopApplying();
            loop.execute(() -> drive(d -> d.fail(broken)));
        }
    }

    /** Notes that a snapshot has become the state; on the apply thread, after the core was told. */
    void installed(AppliedState state) {
        applier.installed(state);
        quarantineTold = false;
        tellQuarantine();
    }

    /** Tells the core, once, that the state is not to be trusted; on the apply thread. */
    private void tellQuarantine() {
        LogPosition at = applier.quarantinedAt();
        if (at == null || quarantineTold) {
            return;
        }
        quarantineTold = true;
        sending.distrust();
        loop.execute(() -> drive(d -> d.quarantined(at.index(), loop.now())));
    }

    private void stopApplying() {
        if (applying) {
            applying = false;
            applier.stop();
            sending.close();
            receiving.close();
        }
    }

    /** Has the apply thread do {@code work} on the snapshots of this replica; any thread. */
    void onApply(Runnable work) {
        services.applyThread().execute(() -> applied(work));
    }

    // ---- closing

    /** Stops taking part; what waits is answered. On the loop; then {@code done} runs on the flush thread. */
    void end(Runnable done) {
        ReplicaDriver<R> running = driver;
        if (running != null && !closed) {
            takeRequests();
            running.endTurn(loop.now());
            running.close();
        }
        closed = true;
        leadership = Leadership.NONE;
        loop.remove(this);
        takeRequests();
        services.applyThread().execute(() -> {
            stopApplying();
            services.flushThread().execute(() -> {
                try {
                    machine.close();
                } finally {
                    done.run();
                }
            });
        });
    }
}

package io.ostraka.raft.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.host.PeerMessage;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.host.RaftHost;
import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.raft.runtime.host.ThreadWorkers;
import io.ostraka.raft.runtime.host.Transport;
import io.ostraka.raft.runtime.host.TransportListener;
import io.ostraka.raft.runtime.snapshot.SnapshotListener;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.FileDisk;
import io.ostraka.raft.runtime.storage.LogObserver;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogPin;
import io.ostraka.raft.runtime.storage.LogThread;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import io.ostraka.raft.runtime.transport.NetworkThreads;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One node with two groups of one replica, whose shared log must not grow for what one of them keeps in it: the host
 * flushes whoever holds the oldest segment, as a process has it do.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LogPinsIT {

    private static final LogOptions LOG = new LogOptions(256 << 10, 64 << 10, 3, 1);
    private static final int FILES_MAX = LOG.segmentsTarget() + LOG.sparesMax() + 2;
    private static final long MANY_BYTES = 1L << 40;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final FileDisk disk;
    private final NetworkThreads network = NetworkThreads.start(1);
    private final LogThread log;
    private final RaftHost host;
    private final RaftGroup<Integer> atRest;
    private final RaftGroup<Integer> busy;
    private final AtomicReference<@Nullable RaftHost> startedHost = new AtomicReference<>();

    LogPinsIT(@TempDir Path directory) throws Exception {
        Clock clock = new SystemClock();
        disk = FileDisk.at(directory);
        log = LogThread.start(SharedLog.open(disk, LOG).log(), clock::nanoTime, new Pins(), LogPinsIT::fatal);
        HostOptions defaults = HostOptions.defaults(RaftConfig.defaults(), 1);
        // Nothing is flushed but for pins: the bound on what is unflushed is out of reach.
        HostOptions options = new HostOptions(
                defaults.raft(),
                defaults.tickNanos(),
                defaults.queuedBytesMax(),
                MANY_BYTES,
                0,
                0,
                defaults.slowWriteNanos(),
                defaults.diskRecoveryNanos(),
                1);
        host = new RaftHost(
                new RaftHost.Ports(
                        clock,
                        new ThreadWorkers(),
                        List.of(network.loop()),
                        log,
                        new NoPeers(),
                        new NoSnapshots(),
                        new AddressBook(),
                        (_, cause) -> fatal(cause),
                        LogPinsIT::fatal),
                options);
        host.start();
        atRest = open(directory, 1);
        busy = open(directory, 2);
        startedHost.set(host);
    }

    private RaftGroup<Integer> open(Path directory, long id) throws Exception {
        ReplicaId replica = new ReplicaId(id);
        Membership sole = Membership.of(replica);
        CountDownLatch created = new CountDownLatch(1);
        log.submit(new LogWrite.Restart(replica, LogPosition.ZERO), write -> created.countDown());
        created.await();
        return host.open(
                new ReplicaDescriptor(new GroupId(id, 1), replica, sole, true),
                new ReplicaRecovery.Recovered(null, LogPosition.ZERO, List.of()),
                new LineMachine(directory.resolve("lines-" + id), sole));
    }

    @AfterEach
    void close() {
        host.close();
        log.close();
        network.close();
    }

    @Test
    void whatAGroupAtRestKeepsInTheLogIsFlushedAndGivenBack() throws Exception {
        for (int i = 0; i < 10; i++) {
            append(atRest, "at rest ".repeat(1_000) + i);
        }
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (int i = 0; !isGivenBack() && System.nanoTime() - deadline < 0; i++) {
            append(busy, "busy ".repeat(1_000) + i);
        }

        assertThat(isGivenBack())
                .as("%d files; %s; %s", disk.list("log").size(), atRest.status(), busy.status())
                .isTrue();
    }

    private boolean isGivenBack() throws DiskException {
        return base(atRest) >= 10 && base(busy) > 0 && disk.list("log").size() <= FILES_MAX;
    }

    private static long base(RaftGroup<Integer> group) {
        return group.status().raft().base().index();
    }

    private static void append(RaftGroup<Integer> group, String line) throws Exception {
        ProposalResult<Integer> result = new ProposalResult.Unknown<>();
        while (!(result instanceof ProposalResult.Applied<Integer>)) {
            CompletableFuture<ProposalResult<Integer>> outcome = new CompletableFuture<>();
            group.propose(Bytes.utf8(line), Budget.CLIENT, outcome::complete);
            result = outcome.get(2, TimeUnit.MINUTES);
        }
    }

    private static void fatal(Throwable cause) {
        throw new IllegalStateException(cause);
    }

    private final class Pins implements LogObserver {
        @Override
        public void forced(long latencyNanos, long bytes, int writes) {}

        @Override
        public void pinned(List<LogPin> pins) {
            RaftHost told = startedHost.get();
            if (told != null) {
                told.unpin(pins);
            }
        }
    }

    private static final class NoPeers implements Transport {
        @Override
        public void start(TransportListener listener) {}

        @Override
        public boolean send(NodeId to, PeerMessage message) {
            return false;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static final class NoSnapshots implements SnapshotTransport {
        @Override
        public void start(SnapshotListener listener) {}

        @Override
        public void send(NodeId to, SnapshotOffer offer, SnapshotReader reader, Outcome outcome) {
            outcome.ended(End.BROKEN);
        }

        @Override
        public void close() {}
    }
}

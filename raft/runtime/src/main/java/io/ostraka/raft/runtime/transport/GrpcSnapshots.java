package io.ostraka.raft.runtime.transport;

import io.grpc.ManagedChannel;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.config.HostPort;
import io.ostraka.proto.raft.SnapshotAck;
import io.ostraka.proto.raft.SnapshotFrame;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.TimedWorker;
import io.ostraka.raft.runtime.host.Workers;
import io.ostraka.raft.runtime.snapshot.RateLimit;
import io.ostraka.raft.runtime.snapshot.SnapshotListener;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots over gRPC, each on a connection of its own, so that none delays a heartbeat. One thread reads and sends the
 * chunks of all transfers, within one budget of bytes a second.
 */
public final class GrpcSnapshots implements SnapshotTransport {

    private static final Logger log = LoggerFactory.getLogger(GrpcSnapshots.class);

    private static final long CLOSE_SECONDS_MAX = 10;

    private final Handshake handshake;
    private final AddressBook addresses;
    private final Connector connector;
    private final Clock clock;
    private final TimedWorker thread;
    private final RateLimit rate;
    private final Set<SnapshotUpload> uploads = ConcurrentHashMap.newKeySet();
    private volatile @Nullable SnapshotListener listener;

    /** Makes the snapshots' side of {@code transport}, with whose greetings it opens its streams. */
    public GrpcSnapshots(
            GrpcTransport transport, AddressBook addresses, Clock clock, Workers workers, TransportOptions options) {
        this.handshake = transport.handshake();
        this.addresses = addresses;
        this.connector = transport.connector();
        this.thread = workers.timed("ostraka-snapshot");
        this.clock = clock;
        this.rate = new RateLimit(options.snapshotBytesPerSecond(), clock.nanoTime());
    }

    @Override
    public void start(SnapshotListener arrivals) {
        listener = arrivals;
    }

    @Override
    public void send(NodeId to, SnapshotOffer offer, SnapshotReader reader, Outcome outcome) {
        InetSocketAddress address = addresses.addressOf(to);
        if (address == null) {
            outcome.ended(End.BROKEN);
            return;
        }
        SnapshotUpload upload =
                new SnapshotUpload(new SnapshotUpload.Means(handshake.self(), thread, rate, clock), offer, reader);
        uploads.add(upload);
        Runnable start = () -> start(upload, address, end -> {
            uploads.remove(upload);
            outcome.ended(end);
        });
        if (!thread.schedule(start, 0)) {
            uploads.remove(upload);
            outcome.ended(End.BROKEN);
        }
    }

    /** Whatever happens, the outcome must be told: until then the follower gets nothing else. */
    private void start(SnapshotUpload upload, InetSocketAddress address, Outcome outcome) {
        ManagedChannel channel;
        try {
            channel = connector.open(new HostPort(address.getHostString(), address.getPort()).toString());
        } catch (IllegalArgumentException malformed) {
            log.error("cannot send a snapshot to {}: {}", address.getHostString(), malformed.getMessage());
            outcome.ended(End.BROKEN);
            return;
        }
        upload.start(channel, outcome);
    }

    /** Takes a stream that another node has opened. */
    StreamObserver<SnapshotFrame> accept(ServerCallStreamObserver<SnapshotAck> acks) {
        acks.disableAutoRequest();
        acks.request(1);
        // Without one, an answer to a sender that is gone would throw, on the apply thread.
        acks.setOnCancelHandler(() -> {});
        return new SnapshotDownload(handshake, () -> listener, acks);
    }

    /** Breaks off all transfers and waits for the thread to be done with their readers. */
    @Override
    public void close() {
        thread.execute(() -> uploads.forEach(SnapshotUpload::cancel));
        if (!thread.close(TimedWorker.Ending.DOES_WHAT_IS_DUE, CLOSE_SECONDS_MAX)) {
            log.warn("the thread of the snapshots did not end within {} s", CLOSE_SECONDS_MAX);
        }
    }
}

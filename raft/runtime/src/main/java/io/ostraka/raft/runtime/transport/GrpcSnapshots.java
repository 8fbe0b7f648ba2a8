package io.ostraka.raft.runtime.transport;

import io.grpc.ManagedChannel;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.raft.SnapshotAck;
import io.ostraka.proto.raft.SnapshotFrame;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.snapshot.RateLimit;
import io.ostraka.raft.runtime.snapshot.SnapshotListener;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots over gRPC, each on a connection of its own, so that none delays a heartbeat. One thread reads and sends the
 * chunks of all transfers, within one budget of bytes a second.
 */
public final class GrpcSnapshots implements SnapshotTransport {

    private static final Logger log = LoggerFactory.getLogger(GrpcSnapshots.class);

    private final Handshake handshake;
    private final AddressBook addresses;
    private final NetworkThreads threads;
    private final TransportOptions options;
    private final Clock clock;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "ostraka-snapshot"));
    private final RateLimit rate;
    private final Set<SnapshotUpload> uploads = ConcurrentHashMap.newKeySet();
    private volatile @Nullable SnapshotListener listener;

    /** Makes the snapshots' side of {@code transport}, with whose greetings it opens its streams. */
    public GrpcSnapshots(GrpcTransport transport, AddressBook addresses, Clock clock, TransportOptions options) {
        this.handshake = transport.handshake();
        this.addresses = addresses;
        this.threads = transport.threads();
        this.options = options;
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
        SnapshotUpload upload = new SnapshotUpload(
                new SnapshotUpload.Means(handshake.self(), thread, rate, clock, options), offer, reader);
        uploads.add(upload);
        try {
            thread.execute(() -> start(upload, address, end -> {
                uploads.remove(upload);
                outcome.ended(end);
            }));
        } catch (RejectedExecutionException closed) {
            uploads.remove(upload);
            outcome.ended(End.BROKEN);
        }
    }

    /** Whatever happens, the outcome must be told: until then the follower gets nothing else. */
    private void start(SnapshotUpload upload, InetSocketAddress address, Outcome outcome) {
        ManagedChannel channel;
        try {
            channel = Channels.open(threads, address, options);
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
        thread.close();
    }
}

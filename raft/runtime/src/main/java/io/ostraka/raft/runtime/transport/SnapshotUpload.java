package io.ostraka.raft.runtime.transport;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.raft.RaftTransportGrpc;
import io.ostraka.proto.raft.SnapshotAck;
import io.ostraka.proto.raft.SnapshotFrame;
import io.ostraka.proto.raft.SnapshotHeader;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.TimedWorker;
import io.ostraka.raft.runtime.snapshot.RateLimit;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport.End;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport.Outcome;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One snapshot on its way out. Everything but the network's callbacks, which only queue, happens on the snapshot
 * thread; so the reader is out of use when the outcome is told.
 */
final class SnapshotUpload {

    private static final Logger log = LoggerFactory.getLogger(SnapshotUpload.class);

    /** A receiver that says nothing for so long, though it was sent something, is given up. */
    private static final long SILENCE_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

    /** What all uploads of a node share. */
    record Means(NodeIdentity self, TimedWorker thread, RateLimit rate, Clock clock) {}

    private final Means means;
    private final SnapshotOffer offer;
    private final SnapshotReader reader;
    private @Nullable ManagedChannel channel;
    private @Nullable ClientCallStreamObserver<SnapshotFrame> stream;
    private @Nullable Outcome outcome;
    private long nextSequence = -1;
    private @Nullable SnapshotChunk unsent;
    private boolean allSent;
    private boolean waitsForRate;
    private long heardNanos;

    SnapshotUpload(Means means, SnapshotOffer offer, SnapshotReader reader) {
        this.means = means;
        this.offer = offer;
        this.reader = reader;
    }

    /** Opens the stream and offers the snapshot. */
    void start(ManagedChannel over, Outcome told) {
        channel = over;
        outcome = told;
        heardNanos = means.clock().nanoTime();
        RaftTransportGrpc.newStub(over).installSnapshot(new Replies());
        ClientCallStreamObserver<SnapshotFrame> opened = stream;
        if (opened != null) {
            opened.onNext(SnapshotFrame.newBuilder().setHeader(header()).build());
        }
        watch();
    }

    private SnapshotHeader header() {
        return SnapshotHeader.newBuilder()
                .setHello(means.self().hello())
                .setGroup(RaftCodec.encode(offer.group()))
                .setFrom(offer.from().value())
                .setTo(offer.to().value())
                .setTerm(offer.term())
                .setPosition(RaftCodec.encode(offer.header().position()))
                .setMembership(RaftCodec.encode(offer.header().membership()))
                .setTransferId(offer.transferId())
                .build();
    }

    private final class Replies implements ClientResponseObserver<SnapshotFrame, SnapshotAck> {

        @Override
        public void beforeStart(ClientCallStreamObserver<SnapshotFrame> requests) {
            stream = requests;
            requests.setOnReadyHandler(() -> later(SnapshotUpload.this::pump));
        }

        @Override
        public void onNext(SnapshotAck ack) {
            later(() -> answered(ack));
        }

        @Override
        public void onError(Throwable cause) {
            later(() -> broken(Status.fromThrowable(cause).toString()));
        }

        @Override
        public void onCompleted() {
            later(() -> broken("the receiver ended the stream"));
        }
    }

    private void later(Runnable work) {
        means.thread().execute(work);
    }

    private void answered(SnapshotAck ack) {
        heardNanos = means.clock().nanoTime();
        if (ack.getRefusal() != StatusCode.STATUS_UNSPECIFIED) {
            log.info("replica {} does not take the snapshot: {}", offer.to(), ack.getReason());
            end(End.REFUSED);
        } else if (ack.getInstalled()) {
            end(End.INSTALLED);
        } else if (nextSequence < 0 && ack.getNextSequence() >= 0) {
            nextSequence = ack.getNextSequence();
            log.info(
                    "sending replica {} of group {} the snapshot at {} from chunk {} on",
                    offer.to(),
                    offer.group(),
                    offer.header().position(),
                    nextSequence);
            pump();
        }
    }

    private void pump() {
        ClientCallStreamObserver<SnapshotFrame> open = stream;
        while (outcome != null && open != null && nextSequence >= 0 && !allSent && !waitsForRate && open.isReady()) {
            SnapshotChunk chunk;
            try {
                chunk = unsent == null ? reader.read(nextSequence) : unsent;
            } catch (RuntimeException unreadable) {
                broken("cannot read the snapshot: " + unreadable);
                return;
            }
            if (chunk == null) {
                open.onNext(last());
                allSent = true;
                return;
            }
            long wait = means.rate().spend(chunk.data().size(), means.clock().nanoTime());
            if (wait > 0) {
                unsent = chunk;
                waitsForRate = true;
                means.thread().schedule(this::rateAllows, wait);
                return;
            }
            unsent = null;
            open.onNext(frame(chunk));
            nextSequence++;
        }
    }

    private void rateAllows() {
        waitsForRate = false;
        pump();
    }

    private static SnapshotFrame frame(SnapshotChunk chunk) {
        return SnapshotFrame.newBuilder()
                .setChunk(io.ostraka.proto.raft.SnapshotChunk.newBuilder()
                        .setSequence(chunk.sequence())
                        .setData(RaftCodec.share(chunk.data()))
                        .setCrc32C(Checksum.of(chunk.data())))
                .build();
    }

    private SnapshotFrame last() {
        return SnapshotFrame.newBuilder()
                .setChunk(io.ostraka.proto.raft.SnapshotChunk.newBuilder()
                        .setSequence(nextSequence)
                        .setLast(true))
                .build();
    }

    private void watch() {
        if (outcome == null) {
            return;
        }
        if (means.clock().nanoTime() - heardNanos > SILENCE_NANOS_MAX) {
            broken("the receiver says nothing");
            return;
        }
        means.thread().schedule(this::watch, SILENCE_NANOS_MAX / 4);
    }

    private void broken(String why) {
        if (outcome != null) {
            log.info("the snapshot for replica {} broke off: {}", offer.to(), why);
            end(End.BROKEN);
        }
    }

    /** Breaks the transfer off; on the snapshot thread. */
    void cancel() {
        broken("closing");
    }

    private void end(End how) {
        Outcome told = outcome;
        if (told == null) {
            return;
        }
        outcome = null;
        unsent = null;
        if (channel != null) {
            channel.shutdownNow();
        }
        told.ended(how);
    }
}

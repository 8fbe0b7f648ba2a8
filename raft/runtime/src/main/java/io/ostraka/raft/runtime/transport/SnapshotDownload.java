package io.ostraka.raft.runtime.transport;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.raft.SnapshotAck;
import io.ostraka.proto.raft.SnapshotFrame;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.snapshot.IncomingSnapshot;
import io.ostraka.raft.runtime.snapshot.SnapshotListener;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One snapshot on its way in. It asks for the next frame only when the last one was taken, so it never holds more than
 * one chunk. Its lock guards all of its state; nothing under it blocks.
 */
final class SnapshotDownload implements StreamObserver<SnapshotFrame>, IncomingSnapshot {

    /** How often the sender hears that chunks arrive. */
    private static final long CHUNKS_PER_ACK = 8;

    private final Handshake handshake;
    private final Supplier<@Nullable SnapshotListener> listener;
    private final ServerCallStreamObserver<SnapshotAck> acks;
    private @Nullable Sink sink;
    private boolean offered;
    private boolean over;
    private long expected;

    SnapshotDownload(
            Handshake handshake,
            Supplier<@Nullable SnapshotListener> listener,
            ServerCallStreamObserver<SnapshotAck> acks) {
        this.handshake = handshake;
        this.listener = listener;
        this.acks = acks;
    }

    @Override
    public synchronized void onNext(SnapshotFrame frame) {
        if (over) {
            return;
        }
        try {
            if (!offered) {
                offer(frame);
            } else {
                take(frame);
            }
        } catch (MalformedFrameException malformed) {
            fail(Status.DATA_LOSS.withDescription(malformed.getMessage()));
        }
    }

    private void offer(SnapshotFrame frame) throws MalformedFrameException {
        SnapshotListener told = listener.get();
        io.ostraka.proto.raft.SnapshotHeader header = frame.getHeader();
        Handshake.Refused refused = handshake.check(header.getHello());
        if (told == null || refused != null) {
            refuse(refused == null ? "not started" : refused.reason());
            return;
        }
        if (header.getTerm() < 0) {
            throw new MalformedFrameException("term out of range");
        }
        offered = true;
        SnapshotOffer offer = new SnapshotOffer(
                RaftCodec.group(header.getGroup()),
                new ReplicaId(header.getFrom()),
                new ReplicaId(header.getTo()),
                header.getTerm(),
                new SnapshotHeader(
                        RaftCodec.position(header.getPosition()), RaftCodec.membership(header.getMembership())),
                header.getTransferId());
        told.offered(new NodeId(header.getHello().getNodeId()), offer, this);
    }

    private void take(SnapshotFrame frame) throws MalformedFrameException {
        io.ostraka.proto.raft.SnapshotChunk wire = frame.getChunk();
        Sink taker = sink;
        if (taker == null || !frame.hasChunk()) {
            throw new MalformedFrameException("a frame that was not asked for");
        }
        if (wire.getSequence() != expected) {
            throw new MalformedFrameException("chunk " + wire.getSequence() + " instead of " + expected);
        }
        if (wire.getData().size() > SnapshotChunk.BYTES_MAX
                || (wire.getLast() && !wire.getData().isEmpty())) {
            throw new MalformedFrameException("a chunk of " + wire.getData().size() + " bytes");
        }
        Bytes data = RaftCodec.share(wire.getData());
        if (!wire.getLast() && Checksum.of(data) != wire.getCrc32C()) {
            throw new MalformedFrameException("chunk " + expected + " does not match its checksum");
        }
        taker.chunk(new SnapshotChunk(expected, data), wire.getLast());
    }

    @Override
    public synchronized void onError(Throwable cause) {
        over = true;
        tellBroken();
    }

    @Override
    public synchronized void onCompleted() {
        if (!over) {
            over = true;
            acks.onCompleted();
            tellBroken();
        }
    }

    private void fail(Status status) {
        over = true;
        acks.onError(status.asRuntimeException());
        tellBroken();
    }

    private void tellBroken() {
        if (sink != null) {
            sink.broken();
        }
    }

    @Override
    public synchronized void accept(long nextSequence, Sink taker) {
        sink = taker;
        expected = nextSequence;
        acknowledge(SnapshotAck.newBuilder().setNextSequence(nextSequence).build());
        acks.request(1);
    }

    @Override
    public synchronized void taken(long nextSequence) {
        expected = nextSequence;
        if (nextSequence % CHUNKS_PER_ACK == 0) {
            acknowledge(SnapshotAck.newBuilder().setNextSequence(nextSequence).build());
        }
        acks.request(1);
    }

    @Override
    public synchronized void installed() {
        finish(SnapshotAck.newBuilder().setInstalled(true).build());
    }

    @Override
    public synchronized void refuse(String reason) {
        finish(SnapshotAck.newBuilder()
                .setRefusal(StatusCode.REJECTED)
                .setReason(reason)
                .build());
    }

    private void acknowledge(SnapshotAck ack) {
        if (!over) {
            acks.onNext(ack);
        }
    }

    private void finish(SnapshotAck ack) {
        if (!over) {
            over = true;
            acks.onNext(ack);
            acks.onCompleted();
        }
    }
}

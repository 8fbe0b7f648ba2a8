package io.ostraka.raft.runtime.transport;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.raft.RaftFrame;
import io.ostraka.proto.raft.RaftFrameAck;
import io.ostraka.proto.raft.RaftTransportGrpc;
import io.ostraka.proto.raft.SnapshotAck;
import io.ostraka.proto.raft.SnapshotFrame;

/**
 * The service that other nodes send to. The server that offers it accepts messages of
 * {@link TransportOptions#MESSAGE_BYTES_MAX}, and may run it on network threads: nothing in it blocks.
 */
public final class GrpcRaftService extends RaftTransportGrpc.RaftTransportImplBase {

    private final GrpcTransport transport;
    private final GrpcSnapshots snapshots;

    /** Makes the service that delivers to these two. */
    public GrpcRaftService(GrpcTransport transport, GrpcSnapshots snapshots) {
        this.transport = transport;
        this.snapshots = snapshots;
    }

    @Override
    public StreamObserver<RaftFrame> exchange(StreamObserver<RaftFrameAck> acks) {
        return transport.accept((ServerCallStreamObserver<RaftFrameAck>) acks);
    }

    @Override
    public StreamObserver<SnapshotFrame> installSnapshot(StreamObserver<SnapshotAck> acks) {
        return snapshots.accept((ServerCallStreamObserver<SnapshotAck>) acks);
    }
}

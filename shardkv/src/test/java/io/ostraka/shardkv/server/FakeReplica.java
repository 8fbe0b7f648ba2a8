package io.ostraka.shardkv.server;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Hello;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.transfer.ExportRefused;
import io.ostraka.proto.transfer.ExportReply;
import io.ostraka.proto.transfer.ExportRequest;
import io.ostraka.proto.transfer.ShardTransferGrpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A replica of a source as importers see it: says only what the test has it say, on the stream opened last. */
final class FakeReplica extends ShardTransferGrpc.ShardTransferImplBase implements AutoCloseable {

    private final Server server;
    private final List<ExportRequest> received = new ArrayList<>();
    private final List<StreamObserver<ExportReply>> streams = new ArrayList<>();
    private Hello hello;
    private int ended;

    /** @param hello how its replies greet */
    FakeReplica(String address, Hello hello) throws IOException {
        this.hello = hello;
        server = InProcessServerBuilder.forName(address)
                .directExecutor()
                .addService(this)
                .build()
                .start();
    }

    @Override
    public StreamObserver<ExportRequest> export(StreamObserver<ExportReply> replies) {
        streams.add(replies);
        return new StreamObserver<>() {
            @Override
            public void onNext(ExportRequest request) {
                received.add(request);
            }

            @Override
            public void onError(Throwable failure) {
                ended++;
            }

            @Override
            public void onCompleted() {
                ended++;
            }
        };
    }

    /** Everything received on all streams, in order. */
    List<ExportRequest> received() {
        return received;
    }

    /** How many streams were opened. */
    int opened() {
        return streams.size();
    }

    /** How many streams the importer has ended. */
    int ended() {
        return ended;
    }

    /** Greets otherwise from now on. */
    void greets(Hello other) {
        hello = other;
    }

    void says(ExportReply reply) {
        streams.getLast().onNext(reply.toBuilder().setHello(hello).build());
    }

    /** Refuses and ends the stream, as a replica does that cannot speak for the source. */
    void refuses(StatusCode code, String leaderHint) {
        says(ExportReply.newBuilder()
                .setRefused(ExportRefused.newBuilder().setCode(code).setLeaderHint(leaderHint))
                .build());
        streams.getLast().onCompleted();
    }

    /** Breaks the stream opened last. */
    void breaks() {
        streams.getLast().onError(Status.UNAVAILABLE.asRuntimeException());
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}

package io.ostraka.shardkv.server;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.transfer.ExportRefused;
import io.ostraka.proto.transfer.ExportReply;
import io.ostraka.proto.transfer.ExportRequest;
import io.ostraka.proto.transfer.ShardTransferGrpc;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The source's side of hand-overs: brings each importer's stream to the agents of the group that it names. A stream is
 * about one hand-over. Requests go to the control loop, and replies come from it.
 */
final class TransferService extends ShardTransferGrpc.ShardTransferImplBase {

    /** Who answers for the groups that this node leads; called on the control loop. */
    interface Sources {

        /** A request on a stream; the agents of the source answer, or {@code stream} is told that they are not here. */
        void requested(ImporterStream stream, TransferRequest request);

        /** The stream has ended. */
        void ended(ImporterStream stream);
    }

    private final TaskLoop loop;
    private final NodeGreeting greeting;
    private final Supplier<@Nullable ClusterConfig> config;
    private final Sources sources;
    private long lastStreamId;

    TransferService(
            TaskLoop loop, NodeGreeting greeting, Supplier<@Nullable ClusterConfig> config, Sources sources) {
        this.loop = loop;
        this.greeting = greeting;
        this.config = config;
        this.sources = sources;
    }

    @Override
    public StreamObserver<ExportRequest> export(StreamObserver<ExportReply> replies) {
        return new ImporterStream((ServerCallStreamObserver<ExportReply>) replies);
    }

    /** One importer's stream. Its fields belong to the control loop. */
    final class ImporterStream implements StreamObserver<ExportRequest> {

        private final ServerCallStreamObserver<ExportReply> replies;
        private long streamId;
        private @Nullable ExportName name;
        private boolean greets = true;
        private boolean over;

        ImporterStream(ServerCallStreamObserver<ExportReply> replies) {
            this.replies = replies;
            replies.setOnCancelHandler(() -> loop.execute(this::end));
        }

        /** Unique in this process. */
        long streamId() {
            return streamId;
        }

        void reply(TransferReply reply) {
            if (!over) {
                send(TransferWire.toWire(reply));
            }
        }

        /** Says that this node does not lead the source, and who does if that is known; ends the stream. */
        void notLeader(String leaderHint) {
            ExportName of = name;
            if (!over && of != null) {
                send(TransferWire.notLeader(TransferWire.toWire(of), leaderHint));
                complete();
            }
        }

        /** The first reply greets. */
        private void send(ExportReply reply) {
            replies.onNext(
                    greets ? reply.toBuilder().setHello(greeting.hello()).build() : reply);
            greets = false;
        }

        private void complete() {
            over = true;
            replies.onCompleted();
        }

        @Override
        public void onNext(ExportRequest wire) {
            loop.execute(() -> take(wire));
        }

        private void take(ExportRequest wire) {
            if (over) {
                return;
            }
            TransferRequest request = decode(wire);
            if (request == null || (name != null && !name.equals(request.name()))) {
                over = true;
                replies.onError(Status.INVALID_ARGUMENT
                        .withDescription("a stream is about one hand-over, and each message names a known step")
                        .asRuntimeException());
                sources.ended(this);
                return;
            }
            if (name == null) {
                if (isRefused(wire, request.name().importer())) {
                    return;
                }
                name = request.name();
                streamId = ++lastStreamId;
            }
            sources.requested(this, request);
        }

        /** The request, or null if it is malformed. */
        private @Nullable TransferRequest decode(ExportRequest wire) {
            try {
                return TransferWire.fromWire(wire);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }

        /** Whether the first message is not from a node that may speak for the importer. */
        private boolean isRefused(ExportRequest first, GroupId importer) {
            HelloCheck.Refusal refusal = HelloCheck.ofReplica(
                    first.getHello(), greeting.clusterId().getAsLong(), ShardAdmission.ref(importer), config.get());
            if (refusal == null) {
                return false;
            }
            send(ExportReply.newBuilder()
                    .setName(first.getName())
                    .setRefused(ExportRefused.newBuilder().setCode(refusal.code()).setMessage(refusal.reason()))
                    .build());
            complete();
            return true;
        }

        private void end() {
            if (!over) {
                over = true;
                sources.ended(this);
            }
        }

        @Override
        public void onError(Throwable failure) {
            loop.execute(this::end);
        }

        @Override
        public void onCompleted() {
            loop.execute(() -> {
                if (!over) {
                    complete();
                    sources.ended(this);
                }
            });
        }
    }
}

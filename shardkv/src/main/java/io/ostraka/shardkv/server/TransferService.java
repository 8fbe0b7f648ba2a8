package io.ostraka.shardkv.server;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Limits;
import io.ostraka.proto.StatusCode;
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
 * about one hand-over. Requests go to the control loop, and replies come from it. What an importer can make this node
 * keep is bounded: one message of each stream is in hand at a time, and chunks are read while the network takes them.
 */
final class TransferService extends ShardTransferGrpc.ShardTransferImplBase {

    /** Most streams at a time. */
    static final int STREAMS_MAX = 4_096;

    /** How much of a stream may wait for the network before nothing more is read for it. */
    private static final int UNSENT_BYTES_MAX = 2 * Limits.CHUNK_BYTES_MAX;

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
    private int streams;

    TransferService(TaskLoop loop, NodeGreeting greeting, Supplier<@Nullable ClusterConfig> config, Sources sources) {
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
        private @Nullable Runnable waiting;
        private boolean greets = true;
        private boolean over;

        ImporterStream(ServerCallStreamObserver<ExportReply> replies) {
            this.replies = replies;
            replies.disableAutoRequest();
            replies.setOnReadyThreshold(UNSENT_BYTES_MAX);
            replies.setOnReadyHandler(() -> loop.execute(this::ready));
            replies.setOnCancelHandler(() -> loop.execute(this::end));
            replies.request(1);
        }

        /** Unique in this process. */
        long streamId() {
            return streamId;
        }

        /** Runs {@code work} once the network has taken most of what was said; never if the stream ends before. */
        void whenTaken(Runnable work) {
            waiting = work;
            ready();
        }

        private void ready() {
            Runnable work = waiting;
            if (work != null && !over && replies.isReady()) {
                waiting = null;
                work.run();
            }
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
            replies.onNext(greets ? reply.toBuilder().setHello(greeting.hello()).build() : reply);
            greets = false;
        }

        private void complete() {
            close();
            replies.onCompleted();
        }

        private void close() {
            over = true;
            waiting = null;
            if (name != null) {
                streams--;
            }
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
                close();
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
                streams++;
            }
            sources.requested(this, request);
            if (!over) {
                replies.request(1);
            }
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
            if (refusal == null && streams >= STREAMS_MAX) {
                refusal = new HelloCheck.Refusal(StatusCode.OVERLOADED, "too many hand-overs at a time; try again");
            }
            if (refusal == null) {
                return false;
            }
            send(ExportReply.newBuilder()
                    .setName(first.getName())
                    .setRefused(
                            ExportRefused.newBuilder().setCode(refusal.code()).setMessage(refusal.reason()))
                    .build());
            complete();
            return true;
        }

        private void end() {
            if (!over) {
                close();
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

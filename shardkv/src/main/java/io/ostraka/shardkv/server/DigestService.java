package io.ostraka.shardkv.server;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Id128;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.digest.DigestReply;
import io.ostraka.proto.digest.DigestRequest;
import io.ostraka.proto.digest.ReplicaDigestGrpc;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.migration.DigestAnswer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Both sides of the question what a replica's digest is: answers for the replicas of this node, and asks those of
 * others. An answer that does not come is no answer; whoever asks does so again. Thread-safe.
 */
final class DigestService extends ReplicaDigestGrpc.ReplicaDigestImplBase {

    private static final long ANSWER_MILLIS = 2_000;

    private final NodeGreeting greeting;
    private final Supplier<@Nullable ClusterConfig> config;
    private final Function<GroupId, @Nullable ServedGroup> groups;
    private final PeerChannels channels;
    private final RouteHints hints;

    DigestService(
            NodeGreeting greeting,
            Supplier<@Nullable ClusterConfig> config,
            Function<GroupId, @Nullable ServedGroup> groups,
            PeerChannels channels,
            RouteHints hints) {
        this.greeting = greeting;
        this.config = config;
        this.groups = groups;
        this.channels = channels;
        this.hints = hints;
    }

    @Override
    public void ask(DigestRequest request, StreamObserver<DigestReply> replies) {
        ServedGroup group = groupOf(request);
        if (group == null) {
            replies.onError(Status.NOT_FOUND
                    .withDescription("replica " + request.getReplicaId() + " does not run here")
                    .asRuntimeException());
            return;
        }
        HelloCheck.Refusal refusal = HelloCheck.ofReplica(
                request.getHello(), greeting.clusterId().getAsLong(), ShardAdmission.ref(group.id()), config.get());
        if (refusal != null) {
            replies.onError(
                    Status.FAILED_PRECONDITION.withDescription(refusal.reason()).asRuntimeException());
            return;
        }
        replies.onNext(toWire(group.digest(request.getIndex())));
        replies.onCompleted();
    }

    private @Nullable ServedGroup groupOf(DigestRequest request) {
        if (request.getGroup().getGid() < 0 || request.getGroup().getIncarnation() < 0) {
            return null;
        }
        ServedGroup group = groups.apply(
                new GroupId(request.getGroup().getGid(), request.getGroup().getIncarnation()));
        return group != null && group.replica().value() == request.getReplicaId() ? group : null;
    }

    /** Asks one replica of {@code group}; the answer, if there is one, comes from any thread. */
    void ask(ServedGroup group, ReplicaId replica, long index, Consumer<DigestAnswer> answer) {
        if (replica.equals(group.replica())) {
            answer.accept(group.digest(index));
            return;
        }
        String address = hints.addressOf(replica);
        if (address.isEmpty()) {
            return;
        }
        ReplicaDigestGrpc.newStub(channels.to(address))
                .withDeadline(channels.deadlineAfter(ANSWER_MILLIS))
                .ask(
                        DigestRequest.newBuilder()
                                .setHello(greeting.hello())
                                .setGroup(ConfigWire.toWire(ShardAdmission.ref(group.id())))
                                .setReplicaId(replica.value())
                                .setIndex(index)
                                .build(),
                        new Receiver(answer));
    }

    private record Receiver(Consumer<DigestAnswer> answer) implements StreamObserver<DigestReply> {

        @Override
        public void onNext(DigestReply reply) {
            DigestAnswer said = fromWire(reply);
            if (said != null) {
                answer.accept(said);
            }
        }

        @Override
        public void onError(Throwable failure) {
            // It is asked again, until it has said nothing for too long.
        }

        @Override
        public void onCompleted() {
            // The answer has come.
        }
    }

    private static DigestReply toWire(DigestAnswer answer) {
        DigestReply.Builder reply = DigestReply.newBuilder();
        return switch (answer) {
            case DigestAnswer.Computed(Digest digest) ->
                reply.setState(DigestReply.State.COMPUTED)
                        .setDigest(Id128.newBuilder().setHigh(digest.high()).setLow(digest.low()))
                        .build();
            case DigestAnswer.Pending() ->
                reply.setState(DigestReply.State.PENDING).build();
            case DigestAnswer.Quarantined() ->
                reply.setState(DigestReply.State.QUARANTINED).build();
            case DigestAnswer.Gone() -> reply.setState(DigestReply.State.GONE).build();
        };
    }

    /** The answer, or null if this version does not know it. */
    private static @Nullable DigestAnswer fromWire(DigestReply reply) {
        return switch (reply.getState()) {
            case COMPUTED ->
                new DigestAnswer.Computed(new Digest(
                        reply.getDigest().getHigh(), reply.getDigest().getLow()));
            case PENDING -> new DigestAnswer.Pending();
            case QUARANTINED -> new DigestAnswer.Quarantined();
            case GONE -> new DigestAnswer.Gone();
            case STATE_UNSPECIFIED, UNRECOGNIZED -> null;
        };
    }
}

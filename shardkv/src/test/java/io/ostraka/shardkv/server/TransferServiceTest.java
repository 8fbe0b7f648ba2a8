package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.transfer.ExportReply;
import io.ostraka.proto.transfer.ExportRequest;
import io.ostraka.proto.transfer.ShardTransferGrpc;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a source's node does with streams that importers open, over a transport without threads. */
class TransferServiceTest {

    private static final long CLUSTER = 99;
    private static final long SOURCES_NODE = 1;
    private static final long IMPORTERS_NODE = 7;
    private static final GroupId IMPORTER = new GroupId(102, 2);
    private static final ExportName NAME = new ExportName(1, 1, new ExportId(1, 1), new GroupId(101, 1), IMPORTER);
    private static final TransferRequest OPEN = new TransferRequest.Open(NAME, Bytes.EMPTY, false, 0);

    private final HeldLoop loop = new HeldLoop();
    private final ClusterConfig config = Greetings.config(CLUSTER, IMPORTER, IMPORTERS_NODE);
    private final Source source = new Source();
    private final Server server;
    private final ManagedChannel channel;
    private final Answers answers = new Answers();

    TransferServiceTest() throws Exception {
        NodeGreeting greeting = new NodeGreeting(SOURCES_NODE, 1, () -> CLUSTER);
        server = InProcessServerBuilder.forName("source")
                .directExecutor()
                .addService(new TransferService(loop, greeting, () -> config, source))
                .build()
                .start();
        channel = InProcessChannelBuilder.forName("source").directExecutor().build();
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    /** Everything that may come first on a stream. */
    static List<TransferRequest> steps() {
        return List.of(
                OPEN,
                new TransferRequest.AskCancel(NAME),
                new TransferRequest.AskFreeze(NAME),
                new TransferRequest.Activated(NAME),
                new TransferRequest.Progress(NAME, 1));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void whateverComesFirstOnAStreamIsTakenOnlyWithAGreeting(TransferRequest step) {
        ExportRequest ungreeted = TransferWire.toWire(step);
        open().onNext(ungreeted);
        loop.run();

        assertThat(source.requests).isEmpty();
        assertThat(answers.refusal()).isEqualTo(StatusCode.UNSUPPORTED_VERSION);
        assertThat(answers.completed).isTrue();

        open().onNext(greeted(step, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        loop.run();
        assertThat(source.requests).containsExactly(step);
    }

    /** A cancel of another cluster's group with the same name ended this cluster's hand-over. */
    @ParameterizedTest
    @MethodSource("steps")
    void nothingOfAnotherClusterIsTaken(TransferRequest step) {
        StreamObserver<ExportRequest> stream = open();
        stream.onNext(greeted(step, Greetings.of(CLUSTER + 1, IMPORTERS_NODE)));
        stream.onNext(TransferWire.toWire(step));
        loop.run();

        assertThat(source.requests).isEmpty();
        assertThat(answers.refusal()).isEqualTo(StatusCode.WRONG_CLUSTER);
    }

    @Test
    void nothingIsTakenFromANodeThatDoesNotKnowItsCluster() {
        open().onNext(greeted(OPEN, Greetings.of(0, IMPORTERS_NODE)));
        loop.run();

        assertThat(source.requests).isEmpty();
        assertThat(answers.refusal()).isEqualTo(StatusCode.WRONG_CLUSTER);
    }

    @Test
    void nothingIsTakenFromANodeThatHasNoReplicaOfTheImporter() {
        open().onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE + 1)));
        loop.run();

        assertThat(source.requests).isEmpty();
        assertThat(answers.refusal()).isEqualTo(StatusCode.INVALID);
    }

    @Test
    void nothingIsTakenFromAnotherVersion() {
        open().onNext(greeted(
                OPEN,
                Greetings.of(CLUSTER, IMPORTERS_NODE).toBuilder()
                        .setProtocolVersion(ProtocolVersion.CURRENT + 1)
                        .build()));
        loop.run();

        assertThat(source.requests).isEmpty();
        assertThat(answers.refusal()).isEqualTo(StatusCode.UNSUPPORTED_VERSION);
    }

    @Test
    void theFirstReplyGreets_andNoLaterOne() {
        open().onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        loop.run();
        source.stream().reply(new TransferReply.Opened(NAME, 5));
        source.stream().reply(new TransferReply.Cancelled(NAME));

        assertThat(answers.received).extracting(ExportReply::hasHello).containsExactly(true, false);
        assertThat(answers.received.getFirst().getHello()).isEqualTo(Greetings.of(CLUSTER, SOURCES_NODE));
    }

    @Test
    void whoDoesNotLeadGreetsToo() {
        open().onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        loop.run();
        source.stream().notLeader("elsewhere:1");

        assertThat(answers.refusal()).isEqualTo(StatusCode.NOT_LEADER);
        assertThat(answers.received.getFirst().getHello()).isEqualTo(Greetings.of(CLUSTER, SOURCES_NODE));
        assertThat(answers.completed).isTrue();
    }

    @Test
    void aStreamIsAboutOneHandOver() {
        StreamObserver<ExportRequest> stream = open();
        stream.onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        ExportName other = new ExportName(2, 1, NAME.exportId(), NAME.source(), NAME.importer());
        stream.onNext(TransferWire.toWire(new TransferRequest.AskCancel(other)));
        loop.run();

        assertThat(source.requests).containsExactly(OPEN);
        assertThat(answers.error()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(source.ended).isEqualTo(1);
    }

    /** A group below zero became an answer that could not be written, which ended the node. */
    @Test
    void aMessageThatMakesNoSenseEndsItsStreamAndNothingElse() {
        ExportRequest.Builder nonsense = greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)).toBuilder();
        nonsense.getNameBuilder().getImporterBuilder().setGid(-1);
        open().onNext(nonsense.build());
        loop.run();
        assertThat(answers.error()).isEqualTo(Status.Code.INVALID_ARGUMENT);

        open().onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        loop.run();
        assertThat(source.requests).containsExactly(OPEN);
    }

    @Test
    void aStreamThatBreaksIsToldOnce() {
        StreamObserver<ExportRequest> stream = open();
        stream.onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        loop.run();
        stream.onError(Status.CANCELLED.asRuntimeException());
        loop.run();

        assertThat(source.ended).isEqualTo(1);
        source.stream().reply(new TransferReply.Opened(NAME, 5));
        assertThat(answers.received).isEmpty();
    }

    /** Each message that a peer sent without waiting became a task of the control loop. */
    @Test
    void oneMessageOfAStreamIsInHandAtATime() {
        StreamObserver<ExportRequest> stream = open();
        loop.run();
        stream.onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        for (int i = 0; i < 100; i++) {
            stream.onNext(TransferWire.toWire(new TransferRequest.Progress(NAME, 0)));
        }

        assertThat(loop.waiting()).isEqualTo(1);
        loop.run();
        assertThat(source.requests).hasSize(101);
    }

    @Test
    void streamsBeyondTheMostAreRefused_untilOthersEnd() {
        List<StreamObserver<ExportRequest>> opened = new ArrayList<>();
        for (int i = 0; i < TransferService.STREAMS_MAX; i++) {
            opened.add(open());
            opened.getLast().onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        }
        loop.run();
        assertThat(answers.received).isEmpty();

        open().onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        loop.run();
        assertThat(answers.refusal()).isEqualTo(StatusCode.OVERLOADED);

        opened.getFirst().onCompleted();
        opened.getLast().onError(Status.CANCELLED.asRuntimeException());
        loop.run();
        open().onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        open().onNext(greeted(OPEN, Greetings.of(CLUSTER, IMPORTERS_NODE)));
        loop.run();
        assertThat(source.requests).hasSize(TransferService.STREAMS_MAX + 2);
    }

    @Test
    void workWaitsUntilTheNetworkHasTakenWhatWasSaid_andIsDroppedWithTheStream() {
        SlowNetwork network = new SlowNetwork();
        TransferService.ImporterStream stream = (TransferService.ImporterStream)
                new TransferService(loop, new NodeGreeting(SOURCES_NODE, 1, () -> CLUSTER), () -> config, source)
                        .export(network);
        List<String> done = new ArrayList<>();
        stream.whenTaken(() -> done.add("first"));
        assertThat(done).isEmpty();

        network.ready = true;
        network.onReady.run();
        loop.run();
        assertThat(done).containsExactly("first");
        stream.whenTaken(() -> done.add("second"));
        assertThat(done).containsExactly("first", "second");

        network.ready = false;
        stream.whenTaken(() -> done.add("third"));
        stream.onError(Status.CANCELLED.asRuntimeException());
        network.ready = true;
        network.onReady.run();
        loop.run();
        assertThat(done).containsExactly("first", "second");
    }

    private StreamObserver<ExportRequest> open() {
        return ShardTransferGrpc.newStub(channel).export(answers);
    }

    private static ExportRequest greeted(TransferRequest request, Hello hello) {
        return TransferWire.toWire(request).toBuilder().setHello(hello).build();
    }

    /** The agents of the source. */
    private static final class Source implements TransferService.Sources {

        private final List<TransferService.ImporterStream> streams = new ArrayList<>();
        private final List<TransferRequest> requests = new ArrayList<>();
        private int ended;

        @Override
        public void requested(TransferService.ImporterStream stream, TransferRequest request) {
            streams.add(stream);
            requests.add(request);
        }

        @Override
        public void ended(TransferService.ImporterStream stream) {
            ended++;
        }

        TransferService.ImporterStream stream() {
            return streams.getLast();
        }
    }

    /** A connection that takes nothing until it is ready. */
    private static final class SlowNetwork extends ServerCallStreamObserver<ExportReply> {

        private boolean ready;
        private Runnable onReady = () -> {};

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            onReady = handler;
        }

        @Override
        public void setOnReadyThreshold(int bytes) {}

        @Override
        public void disableAutoRequest() {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void request(int count) {}

        @Override
        public void onNext(ExportReply reply) {}

        @Override
        public void onError(Throwable thrown) {}

        @Override
        public void onCompleted() {}
    }

    /** What the importer gets. */
    private static final class Answers implements StreamObserver<ExportReply> {

        private final List<ExportReply> received = new ArrayList<>();
        private @Nullable Throwable failure;
        private boolean completed;

        StatusCode refusal() {
            return received.getLast().getRefused().getCode();
        }

        Status.@Nullable Code error() {
            return failure == null ? null : Status.fromThrowable(failure).getCode();
        }

        @Override
        public void onNext(ExportReply reply) {
            received.add(reply);
        }

        @Override
        public void onError(Throwable thrown) {
            failure = thrown;
        }

        @Override
        public void onCompleted() {
            completed = true;
        }
    }
}

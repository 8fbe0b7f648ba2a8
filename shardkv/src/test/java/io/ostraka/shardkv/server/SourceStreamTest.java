package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.inprocess.InProcessChannelBuilder;
import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.transfer.ExportReply;
import io.ostraka.proto.transfer.ExportRequest;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The importer's stream to a source of three replicas, over a transport without threads. */
class SourceStreamTest {

    private static final long CLUSTER = 99;
    private static final long IMPORTERS_NODE = 7;
    private static final GroupId SOURCE = new GroupId(101, 1);
    private static final ExportName NAME = new ExportName(1, 1, new ExportId(1, 1), SOURCE, new GroupId(102, 2));
    private static final TransferRequest OPEN = new TransferRequest.Open(NAME, Bytes.EMPTY, false, 0);
    private static final TransferReply OPENED = new TransferReply.Opened(NAME, 5);

    private final HeldLoop loop = new HeldLoop();
    private final PeerChannels channels = new PeerChannels(
            address -> InProcessChannelBuilder.forName(address).directExecutor().build());
    private final FakeReplica first = new FakeReplica("source-1", Greetings.of(CLUSTER, 1));
    private final FakeReplica second = new FakeReplica("source-2", Greetings.of(CLUSTER, 2));
    private final FakeReplica third = new FakeReplica("source-3", Greetings.of(CLUSTER, 3));
    private final LeaderGuess guess = new LeaderGuess(() -> List.of("source-1", "source-2", "source-3"));
    private final Heard heard = new Heard();

    SourceStreamTest() throws Exception {}

    @AfterEach
    void close() {
        channels.close();
        first.close();
        second.close();
        third.close();
    }

    @Test
    void theReplicaThatDoesNotLeadSaysWhoDoes_andWhatWasSentIsSentAgainThere() {
        SourceStream stream = opened();
        assertThat(first.received()).hasSize(1);

        first.refuses(StatusCode.NOT_LEADER, "source-3");
        loop.run();
        says(third, OPENED);

        assertThat(third.received()).isEqualTo(first.received());
        assertThat(second.opened()).isZero();
        assertThat(heard.replies).containsExactly(OPENED);
        stream.close(false);
        assertThat(third.ended()).isEqualTo(1);
    }

    /** A source's leader that hung was asked again and again over the connection that was still there. */
    @Test
    void aReplicaThatStaysSilentIsNotAskedFirstByTheNextStream() {
        SourceStream silent = opened();
        silent.close(true);

        opened();

        assertThat(first.opened()).isEqualTo(1);
        assertThat(second.received()).hasSize(1);
    }

    @Test
    void aReplicaThatFellSilentAfterItsFirstAnswerIsNotAskedFirstByTheNextStream() {
        SourceStream silent = opened();
        says(first, OPENED);
        silent.close(true);

        opened();

        assertThat(second.received()).hasSize(1);
    }

    @Test
    void aStreamThatIsNoLongerNeededSaysNothingOfTheReplica() {
        opened().close(false);

        opened();

        assertThat(first.opened()).isEqualTo(2);
    }

    @Test
    void twoStreamsThatFindOneReplicaSilentDoNotPassOverTheNext() {
        SourceStream one = opened();
        SourceStream other = opened();
        one.close(true);
        other.close(true);

        opened();

        assertThat(second.received()).hasSize(1);
        assertThat(third.opened()).isZero();
    }

    /** A stranger under the address of a replica was asked again and again. */
    @ParameterizedTest
    @EnumSource(
            value = StatusCode.class,
            names = {"WRONG_CLUSTER", "UNSUPPORTED_VERSION", "NOT_READY", "INVALID"})
    void whoCannotSpeakForTheSourceIsTurnedFrom(StatusCode refusal) {
        opened();
        first.refuses(refusal, "");
        loop.run();
        says(second, OPENED);

        assertThat(heard.replies).containsExactly(OPENED);
    }

    @Test
    void theFirstMessageToEachReplicaGreets_andNoLaterOne() {
        SourceStream stream = opened();
        first.refuses(StatusCode.NOT_LEADER, "source-2");
        loop.run();
        stream.send(new TransferRequest.AskFreeze(NAME));

        Hello greeting = Greetings.of(CLUSTER, IMPORTERS_NODE);
        assertThat(first.received()).extracting(ExportRequest::getHello).containsExactly(greeting);
        assertThat(second.received()).extracting(ExportRequest::hasHello).containsExactly(true, false);
        assertThat(second.received().getFirst().getHello()).isEqualTo(greeting);
    }

    /**
     * The importer forgot, on the word of another cluster's node, what the true source then froze: no token was left.
     */
    @Test
    void theWordOfAnotherClustersNodeIsNotHeard_theNextReplicaIsAsked() {
        first.greets(Greetings.of(CLUSTER + 1, 1));
        opened();
        says(first, new TransferReply.Cancelled(NAME));

        assertThat(heard.replies).isEmpty();
        says(second, OPENED);
        assertThat(heard.replies).containsExactly(OPENED);
    }

    static List<Hello> strangers() {
        return List.of(
                Hello.getDefaultInstance(),
                Greetings.of(0, 1),
                Greetings.of(CLUSTER, 4),
                Greetings.of(CLUSTER, 1).toBuilder()
                        .setProtocolVersion(ProtocolVersion.CURRENT + 1)
                        .build());
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void whoIsNotAReplicaOfTheSourceIsNotHeard_evenWithALeadersName(Hello stranger) {
        first.greets(stranger);
        opened();
        first.refuses(StatusCode.NOT_LEADER, "source-3");
        loop.run();

        assertThat(third.opened()).isZero();
        assertThat(second.received()).hasSize(1);
    }

    @Test
    void aReplyThatMakesNoSenseIsTurnedFrom() {
        ExportReply.Builder reply = TransferWire.toWire(OPENED).toBuilder();
        reply.getNameBuilder().getSourceBuilder().setGid(-1);
        opened();
        first.says(reply.build());
        loop.run();

        assertThat(heard.replies).isEmpty();
        assertThat(second.received()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(TransferReply.Refusal.class)
    void aRefusalOfTheSourcesLeaderIsForTheAgent(TransferReply.Refusal refusal) {
        TransferReply refused = new TransferReply.Refused(NAME, refusal);
        opened();
        says(first, refused);

        assertThat(heard.replies).containsExactly(refused);
        assertThat(second.opened()).isZero();
    }

    @Test
    void aConnectionThatBreaksBeforeTheFirstAnswerLeadsToTheNextReplica() {
        opened();
        first.breaks();
        loop.run();

        assertThat(second.received()).hasSize(1);
        assertThat(heard.gone).isZero();
    }

    @Test
    void aConnectionThatBreaksAfterAnAnswerEndsTheStream_becauseItsPlaceIsLost() {
        SourceStream stream = opened();
        says(first, OPENED);
        first.breaks();
        loop.run();
        stream.send(new TransferRequest.AskFreeze(NAME));

        assertThat(heard.gone).isEqualTo(1);
        assertThat(second.opened()).isZero();
    }

    @Test
    void aSourceWithoutALeaderIsGivenUpAfterAFewAttempts() {
        opened();
        for (int i = 0; i < 10; i++) {
            FakeReplica asked = List.of(first, second, third).get(i % 3);
            if (asked.opened() > i / 3) {
                asked.refuses(StatusCode.NOT_LEADER, "");
                loop.run();
            }
        }

        assertThat(first.opened() + second.opened() + third.opened()).isEqualTo(6);
        assertThat(heard.gone).isEqualTo(1);
    }

    @Test
    void whatComesAfterTheEndIsNotHeard() {
        SourceStream stream = opened();
        first.says(TransferWire.toWire(OPENED));
        stream.close(false);
        loop.run();

        assertThat(heard.replies).isEmpty();
        assertThat(heard.gone).isZero();
    }

    private SourceStream opened() {
        NodeGreeting greeting = new NodeGreeting(IMPORTERS_NODE, 1, () -> CLUSTER);
        ClusterConfig config = Greetings.config(CLUSTER, SOURCE, 1, 2, 3);
        SourceStream stream =
                new SourceStream(new SourceStream.Parts(channels, loop, greeting, () -> config), SOURCE, guess, heard);
        stream.send(OPEN);
        loop.run();
        return stream;
    }

    private void says(FakeReplica replica, TransferReply reply) {
        ExportReply wire = TransferWire.toWire(reply);
        replica.says(wire);
        loop.run();
    }

    private static final class Heard implements SourceStream.Listener {

        private final List<TransferReply> replies = new ArrayList<>();
        private int gone;

        @Override
        public void replied(TransferReply reply) {
            replies.add(reply);
        }

        @Override
        public void gone() {
            gone++;
        }
    }
}

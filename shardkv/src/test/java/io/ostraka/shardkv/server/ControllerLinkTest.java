package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.inprocess.InProcessChannelBuilder;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.ReportRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which controller a node asks next. */
class ControllerLinkTest {

    private final HeldLoop loop = new HeldLoop();
    private final PeerChannels channels = new PeerChannels(
            address -> InProcessChannelBuilder.forName(address).directExecutor().build());
    private final ScriptedController first = new ScriptedController("ctl-1");
    private final ScriptedController second = new ScriptedController("ctl-2");
    private final ScriptedController third = new ScriptedController("ctl-3");
    private final ControllerLink link = new ControllerLink(List.of("ctl-1", "ctl-2"), channels, loop);
    private final List<@Nullable NodeReply> answers = new ArrayList<>();

    ControllerLinkTest() throws Exception {}

    @AfterEach
    void close() {
        channels.close();
        first.close();
        second.close();
        third.close();
    }

    @Test
    void theControllerThatAnsweredIsAskedAgain() {
        report();
        first.answers(StatusCode.OK, "");
        loop.run();
        report();

        assertThat(first.reports()).hasSize(2);
        assertThat(first.reports().getFirst().getProtocolVersion()).isEqualTo(ProtocolVersion.CURRENT);
        assertThat(answers).extracting(NodeReply::getCode).containsExactly(StatusCode.OK);
    }

    @Test
    void aHintIsFollowed_alsoToAControllerThatWasNotNamed() {
        report();
        first.answers(StatusCode.NOT_LEADER, "ctl-3");
        loop.run();
        report();

        assertThat(third.reports()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = StatusCode.class,
            names = {"NOT_LEADER", "NOT_READY", "UNKNOWN_OUTCOME"})
    void whoCannotAnswerIsTurnedFrom(StatusCode code) {
        report();
        first.answers(code, "");
        loop.run();
        report();

        assertThat(second.reports()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = StatusCode.class,
            names = {"REJECTED", "WRONG_CLUSTER", "INVALID"})
    void aRefusalIsAnAnswer(StatusCode code) {
        report();
        first.answers(code, "");
        loop.run();

        assertThat(link.address()).isEqualTo("ctl-1");
        assertThat(answers).extracting(NodeReply::getCode).containsExactly(code);
    }

    @Test
    void aControllerThatIsGoneIsTurnedFrom_andSoIsTheOneAfterIt() {
        first.close();
        report();
        loop.run();
        assertThat(answers).hasSize(1).containsOnlyNulls();
        assertThat(link.address()).isEqualTo("ctl-2");

        second.close();
        report();
        loop.run();
        assertThat(link.address()).isEqualTo("ctl-1");
    }

    @Test
    void aHintThatLeadsNowhereIsForgotten() {
        report();
        first.answers(StatusCode.NOT_LEADER, "nowhere");
        loop.run();
        report();
        loop.run();

        assertThat(link.address()).isEqualTo("ctl-2");
    }

    /** Several questions to one controller that is gone must not pass over the next one. */
    @Test
    void questionsThatFailTogetherTurnFromTheirControllerOnce() {
        report();
        report();
        first.close();
        loop.run();

        assertThat(answers).hasSize(2);
        assertThat(link.address()).isEqualTo("ctl-2");
    }

    @Test
    void everyAddressInUseIsNamed() {
        report();
        first.answers(StatusCode.NOT_LEADER, "ctl-3");
        loop.run();

        assertThat(link.addressesInUse()).containsExactlyInAnyOrder("ctl-1", "ctl-2", "ctl-3");
    }

    @Test
    void aNodeWithoutControllersIsRefused() {
        assertThatThrownBy(() -> new ControllerLink(List.of(), channels, loop))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("controller");
    }

    private void report() {
        link.report(ReportRequest.newBuilder(), answers::add);
    }
}

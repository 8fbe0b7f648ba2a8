package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.inprocess.InProcessChannelBuilder;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.controller.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a node follows of its controllers, and that it never loses sight of them for good. */
class ConfigWatchTest {

    private static final long CLUSTER = 9;
    private static final ClusterConfig FOUNDED = ClusterConfig.founded(CLUSTER, 4);
    private static final ConfigDelta SECOND = delta(FOUNDED, 101);
    private static final ClusterConfig AT_SECOND = after(FOUNDED, SECOND);
    private static final ConfigDelta THIRD = delta(AT_SECOND, 102);
    private static final ClusterConfig AT_THIRD = after(AT_SECOND, THIRD);

    private record Followed(ClusterConfig config, @Nullable ConfigDelta delta) {}

    private final HeldLoop loop = new HeldLoop();
    private final PeerChannels channels = new PeerChannels(
            address -> InProcessChannelBuilder.forName(address).directExecutor().build());
    private final ScriptedController first = new ScriptedController("ctl-1");
    private final ScriptedController second = new ScriptedController("ctl-2");
    private final List<Followed> followed = new ArrayList<>();
    private long clusterId = CLUSTER;
    private final ConfigWatch watch = new ConfigWatch(
            new ConfigWatch.Parts(
                    new ControllerLink(List.of("ctl-1", "ctl-2"), channels, loop),
                    loop,
                    new Backoff(50, 2_000, new SplittableRandom(1)),
                    loop::nowNanos),
            () -> clusterId,
            (config, delta) -> followed.add(new Followed(config, delta)));

    ConfigWatchTest() throws Exception {}

    @AfterEach
    void close() {
        channels.close();
        first.close();
        second.close();
    }

    @Test
    void theWholeComesFirstAndThenEachChange() {
        watch.start(null);
        first.pushes(FOUNDED);
        first.pushes(SECOND);
        first.pushes(THIRD);
        loop.run();

        assertThat(first.watches().getFirst().getFromRevision()).isZero();
        assertThat(followed)
                .containsExactly(
                        new Followed(FOUNDED, null), new Followed(AT_SECOND, SECOND), new Followed(AT_THIRD, THIRD));
        assertThat(watch.current()).isEqualTo(AT_THIRD);
    }

    @Test
    void theWatchGoesOnAfterWhatIsKnown_alsoOverARestart() {
        watch.start(AT_SECOND);
        assertThat(first.watches()).containsExactly(from(AT_SECOND));
        assertThat(watch.current()).isEqualTo(AT_SECOND);
        first.pushes(THIRD);
        first.endsWatch();
        loop.pass(100);

        assertThat(second.watches()).containsExactly(from(AT_THIRD));
    }

    /** What was kept over a restart may be followed only once a controller has said that it is current. */
    @Test
    void whatWasKeptOverARestartCountsOnceAControllerConfirmsIt_andOnlyOnce() {
        watch.start(AT_SECOND);
        first.isAlive(AT_SECOND.revision() + 1);
        loop.run();
        assertThat(followed).isEmpty();

        first.isAlive(AT_SECOND.revision());
        first.isAlive(AT_SECOND.revision());
        loop.run();

        assertThat(followed).containsExactly(new Followed(AT_SECOND, null));
    }

    @Test
    void aChangeThatDoesNotExtendWhatIsKnownIsNotTaken_theWholeIsAskedForElsewhere() {
        watch.start(null);
        first.pushes(FOUNDED);
        first.pushes(THIRD);
        loop.pass(100);

        assertThat(watch.current()).isEqualTo(FOUNDED);
        assertThat(second.watches().getLast().getFromRevision()).isZero();
        second.pushes(AT_THIRD);
        loop.run();
        assertThat(watch.current()).isEqualTo(AT_THIRD);
    }

    @Test
    void aChangeOfAnotherHistoryIsNotTaken() {
        ConfigDelta other = delta(FOUNDED, 909);
        watch.start(null);
        first.pushes(AT_SECOND);
        first.pushes(delta(after(FOUNDED, other), 102));
        loop.run();

        assertThat(watch.current()).isEqualTo(AT_SECOND);
    }

    @Test
    void aRepeatedChangeIsPassedOver() {
        watch.start(null);
        first.pushes(AT_SECOND);
        first.pushes(SECOND);
        first.pushes(THIRD);
        loop.run();

        assertThat(followed).containsExactly(new Followed(AT_SECOND, null), new Followed(AT_THIRD, THIRD));
    }

    /** A controller that lags, or was restored from a backup, must not take the node back. */
    @Test
    void anOlderConfigurationIsNotTaken_anotherControllerIsAsked() {
        watch.start(AT_THIRD);
        first.pushes(AT_SECOND);
        loop.pass(100);

        assertThat(watch.current()).isEqualTo(AT_THIRD);
        assertThat(followed).isEmpty();
        assertThat(second.watches()).hasSize(1);
    }

    @Test
    void theConfigurationOfAnotherClusterIsNotTaken_anotherControllerIsAsked() {
        watch.start(null);
        first.pushes(ClusterConfig.founded(CLUSTER + 1, 4));
        loop.pass(100);

        assertThat(watch.current()).isNull();
        assertThat(second.watches()).hasSize(1);
    }

    @Test
    void aNodeThatHasJoinedNoClusterTakesTheFirstThatItIsGiven() {
        clusterId = 0;
        watch.start(null);
        first.pushes(FOUNDED);
        loop.run();

        assertThat(watch.current()).isEqualTo(FOUNDED);
    }

    /** A controller that hung kept the node without news for ever. */
    @Test
    void aControllerThatFallsSilentIsLeft() {
        watch.start(null);
        first.pushes(FOUNDED);
        for (int i = 0; i < 20; i++) {
            loop.pass(1_000);
            first.isAlive(FOUNDED.revision());
        }
        assertThat(second.watches()).isEmpty();

        loop.pass(15_000);

        assertThat(second.watches()).hasSize(1);
        first.pushes(SECOND);
        loop.run();
        assertThat(watch.current()).isEqualTo(FOUNDED);
    }

    @Test
    void aControllerThatDoesNotAnswerAtAllIsLeft() {
        watch.start(null);
        loop.pass(15_000);

        assertThat(second.watches()).hasSize(1);
    }

    @Test
    void theHintOfAControllerThatDoesNotLeadIsFollowed() {
        watch.start(null);
        first.refusesWatch(StatusCode.NOT_LEADER, "ctl-2");
        loop.pass(100);

        assertThat(second.watches()).hasSize(1);
    }

    @Test
    void aControllerThatNoLongerHasTheRevisionIsAskedForTheWhole() {
        watch.start(AT_SECOND);
        first.refusesWatch(StatusCode.NO_SUCH_CONFIG, "");
        loop.pass(100);

        assertThat(second.watches().getFirst().getFromRevision()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = StatusCode.class,
            names = {"WRONG_CLUSTER", "UNSUPPORTED_VERSION", "OVERLOADED", "NOT_READY"})
    void aControllerThatRefusesIsLeft_withPauses(StatusCode code) {
        watch.start(null);
        for (int i = 0; i < 100; i++) {
            ScriptedController asked = i % 2 == 0 ? first : second;
            if (asked.watches().size() > i / 2) {
                asked.refusesWatch(code, "");
            }
            loop.pass(100);
        }

        assertThat(first.watches().size() + second.watches().size()).isBetween(3, 30);
    }

    @Test
    void whenItIsStoppedNothingMoreIsTakenOrAsked() {
        watch.start(null);
        first.pushes(FOUNDED);
        loop.run();
        watch.stop();
        first.pushes(SECOND);
        loop.pass(60_000);

        assertThat(watch.current()).isEqualTo(FOUNDED);
        assertThat(first.watches()).hasSize(1);
        assertThat(second.watches()).isEmpty();
    }

    private static WatchRequest from(ClusterConfig config) {
        return WatchRequest.newBuilder()
                .setClusterId(CLUSTER)
                .setProtocolVersion(1)
                .setFromRevision(config.revision())
                .setFromHash(ConfigWire.toWire(config.hash()))
                .build();
    }

    private static ConfigDelta delta(ClusterConfig before, long gid) {
        GroupRow group = new GroupRow(new GroupRef(gid, before.num() + 1), false, 1, List.of());
        return ConfigDelta.extending(
                before, before.num() + 1, new ConfigDelta.Rows(List.of(), List.of(group), List.of(), List.of()));
    }

    private static ClusterConfig after(ClusterConfig before, ConfigDelta delta) {
        return ((Extension.Extended) before.apply(delta)).config();
    }
}

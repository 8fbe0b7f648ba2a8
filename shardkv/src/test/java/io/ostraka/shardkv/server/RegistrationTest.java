package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.inprocess.InProcessChannelBuilder;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.LostMaps;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.RegisterRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that nobody finds under its address is lost to its groups. */
class RegistrationTest {

    private static final long CLUSTER = 9;
    private static final long NODE = 7;
    private static final String ADDRESS = "127.0.0.1:7100";

    private final HeldLoop loop = new HeldLoop();
    private final PeerChannels channels = new PeerChannels(
            address -> InProcessChannelBuilder.forName(address).directExecutor().build());
    private final ScriptedController first = new ScriptedController("ctl-1");
    private final ScriptedController second = new ScriptedController("ctl-2");
    private final List<Long> clusters = new ArrayList<>();
    private final List<Throwable> superseded = new ArrayList<>();
    private final Registration registration = new Registration(
            new ConfigWatch.Parts(
                    new ControllerLink(List.of("ctl-1", "ctl-2"), channels, loop),
                    loop,
                    new Backoff(50, 2_000, new SplittableRandom(1)),
                    loop::nowNanos),
            new NodeGreeting(NODE, 4, () -> clusters.isEmpty() ? 0 : clusters.getLast()),
            ADDRESS,
            clusters::add,
            superseded::add);

    RegistrationTest() throws Exception {}

    @AfterEach
    void close() {
        channels.close();
        first.close();
        second.close();
    }

    @Test
    void theNodeSaysWhoItIsAndWhere_andTheAnswerNamesTheCluster() {
        registration.start();
        RegisterRequest asked = first.registrations().getFirst();
        assertThat(asked.getNodeId()).isEqualTo(NODE);
        assertThat(asked.getAddress()).isEqualTo(ADDRESS);
        assertThat(asked.getStartCounter()).isEqualTo(4);
        assertThat(asked.getClusterId()).isZero();

        accept();

        assertThat(clusters).containsExactly(CLUSTER);
        loop.pass(60_000);
        assertThat(first.registrations()).hasSize(1);
    }

    @Test
    void aNodeWhoseControllersDoNotAnswerAsksThemInTurn_withPauses() {
        first.close();
        registration.start();
        loop.pass(1_000);
        assertThat(second.registrations()).hasSize(1);

        second.answers(StatusCode.NOT_READY, "");
        loop.pass(60_000);

        assertThat(second.registrations()).hasSizeBetween(2, 40);
    }

    @Test
    void oneQuestionIsUnderWayAtATime() {
        registration.start();
        loop.pass(2_500);

        assertThat(first.registrations()).hasSize(1);
    }

    @Test
    void aNodeIsRegisteredAnewWhereTheConfigurationHasAnotherAddress() {
        registration.start();
        accept();

        registration.follow(config(new NodeRow(NODE, "127.0.0.1:9999")));
        loop.pass(1_000);
        assertThat(first.registrations()).hasSize(2);
        assertThat(first.registrations().getLast().getClusterId()).isEqualTo(CLUSTER);

        accept();
        registration.follow(config(new NodeRow(NODE, ADDRESS)));
        loop.pass(60_000);
        assertThat(first.registrations()).hasSize(2);
    }

    @Test
    void aNodeIsRegisteredAnewWhereTheConfigurationDoesNotHaveIt() {
        registration.start();
        accept();

        registration.follow(config(new NodeRow(NODE + 1, ADDRESS)));
        loop.pass(1_000);

        assertThat(first.registrations()).hasSize(2);
    }

    /** Two nodes that were given one address would take it from each other as fast as they can. */
    @Test
    void itAsksAtTheNextReview_notAtOnce() {
        registration.start();
        accept();

        registration.follow(config(new NodeRow(NODE, "")));
        loop.run();

        assertThat(first.registrations()).hasSize(1);
    }

    /** An old copy of a data directory has the address of its original, so a configuration cannot tell them apart. */
    @Test
    void everyStartIsRegistered_alsoWhereTheConfigurationHasTheAddressAlready() {
        registration.start();
        registration.follow(config(new NodeRow(NODE, ADDRESS)));
        first.answers(StatusCode.NOT_READY, "");
        loop.pass(5_000);

        assertThat(first.registrations().size() + second.registrations().size()).isGreaterThan(1);
    }

    @Test
    void aNodeOfWhichALaterStartWasSeenGivesUp() {
        registration.start();
        first.answers(StatusCode.SUPERSEDED, "");
        loop.pass(60_000);

        assertThat(superseded).hasSize(1);
        assertThat(first.registrations()).hasSize(1);
    }

    @Test
    void aRefusedNodeAsksAgain() {
        registration.start();
        first.answers(StatusCode.REJECTED, "");
        loop.pass(5_000);

        assertThat(first.registrations()).hasSize(2);
        assertThat(clusters).isEmpty();
    }

    /** What controllers know that were restored from a backup is as old as that, also of a node that goes on. */
    @Test
    void aNodeIsRegisteredAnewWithControllersThatWereRestored() {
        registration.start();
        accept();
        ClusterConfig backup = config(new NodeRow(NODE, ADDRESS));
        ClusterTerms terms = new ClusterTerms(3, RestoreStage.HEARING, List.of(new LostMaps(0, 1_000)));

        ClusterConfig restored = backup.restored(1_000, 1_000_000, terms, backup.shards(), backup.directory());
        registration.follow(restored);
        loop.pass(1_000);
        assertThat(first.registrations()).hasSize(2);

        accept();
        registration.follow(restored);
        loop.pass(60_000);
        assertThat(first.registrations()).hasSize(2);
    }

    private void accept() {
        first.answers(NodeReply.newBuilder()
                .setCode(StatusCode.OK)
                .setClusterId(CLUSTER)
                .build());
        loop.run();
    }

    private static ClusterConfig config(NodeRow node) {
        ClusterConfig founded = ClusterConfig.founded(CLUSTER, 4);
        ConfigDelta delta =
                ConfigDelta.extending(founded, 0, new ConfigDelta.Rows(List.of(), List.of(), List.of(), List.of(node)));
        return ((Extension.Extended) founded.apply(delta)).config();
    }
}

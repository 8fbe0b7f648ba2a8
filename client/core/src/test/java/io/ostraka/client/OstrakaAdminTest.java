package io.ostraka.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.GroupSpec;
import io.ostraka.client.fake.FakeCluster;
import io.ostraka.client.fake.HeldClock;
import io.ostraka.client.internal.ClientOptions;
import io.ostraka.client.internal.RealOstrakaAdmin;
import io.ostraka.proto.GroupRef;
import io.ostraka.proto.Id128;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.PlannedMove;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class OstrakaAdminTest {

    /** How long a call may take that is answered: it matters only if the client fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final FakeCluster cluster = FakeCluster.start();
    private final HeldClock clock = new HeldClock();
    private final OstrakaAdmin admin = OstrakaAdmin.builder()
            .controllers("127.0.0.1:1," + cluster.address())
            .timeout(PATIENCE)
            .build();

    @AfterEach
    void stop() {
        admin.close();
        cluster.close();
    }

    @Test
    void queryGivesTheMapThoughOneControllerIsDown() {
        ClusterMap map = admin.query();

        assertThat(map.shards()).hasSize(16);
        assertThat(map.shards().get(3))
                .isEqualTo(new ClusterMap.Shard(3, 100, 1, 0, 100, true, ClusterMap.Recovery.NONE));
        assertThat(map.groups())
                .singleElement()
                .extracting(ClusterMap.Group::gid)
                .isEqualTo(100L);
        assertThat(map.shardsOnTheirWay()).isZero();
    }

    @Test
    void queryOfAMapThatDoesNotExistIsRejectedWithTheReason() {
        assertThatThrownBy(() -> admin.query(99))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("no configuration 99");
    }

    @Test
    void dryRunShowsTheMovesAndCarriesThePlan() {
        cluster.onChange(change -> ChangeReply.newBuilder()
                .setCode(StatusCode.OK)
                .setNum(1)
                .addMoves(PlannedMove.newBuilder()
                        .setShard(5)
                        .setFrom(GroupRef.newBuilder().setGid(100))
                        .setTo(GroupRef.newBuilder().setGid(103))
                        .setBytes(4096)
                        .setKeys(7))
                .build());

        Change plan = admin.join(List.of(GroupSpec.parse("103=127.0.0.1:7110,127.0.0.1:7111")), ChangeMode.DRY_RUN);

        assertThat(plan.moves()).containsExactly(new Change.Move(5, 100, 103, 4096, 7));
        ChangeRequest asked = cluster.changes.get(0);
        assertThat(asked.getDryRun()).isTrue();
        assertThat(asked.getJoin().getGroups(0).getAddressesList()).containsExactly("127.0.0.1:7110", "127.0.0.1:7111");
    }

    @Test
    void changeThatIsAnsweredUnclearlyIsRepeatedUnderOneRequestId() {
        List<Id128> arrived = new CopyOnWriteArrayList<>();
        cluster.onChange(change -> {
            arrived.add(change.getRequestId());
            return ChangeReply.newBuilder()
                    .setCode(arrived.size() < 3 ? StatusCode.UNKNOWN_OUTCOME : StatusCode.OK)
                    .setNum(2)
                    .build();
        });

        assertThat(admin.leave(List.of(100L), ChangeMode.APPLY).num()).isEqualTo(2);

        assertThat(arrived).hasSizeGreaterThanOrEqualTo(3).containsOnly(arrived.get(0));
    }

    @Test
    void refusedChangeThrowsTheControllersReason() {
        cluster.onChange(change -> ChangeReply.newBuilder()
                .setCode(StatusCode.REJECTED)
                .setMessage("group 77 is not known")
                .build());

        assertThatThrownBy(() -> admin.move(3, 77, ChangeMode.APPLY))
                .isInstanceOf(RejectedException.class)
                .hasMessage("group 77 is not known");
    }

    @Test
    void changeWithoutAClearAnswerEndsAsUnknown() {
        cluster.onChange(change ->
                ChangeReply.newBuilder().setCode(StatusCode.UNKNOWN_OUTCOME).build());
        try (OstrakaAdmin patient = onHeldClock(cluster.address())) {
            assertThatThrownBy(() -> patient.unpin(List.of(3), ChangeMode.APPLY))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("query to see");
        }
    }

    /** A controller that dies with the change in its hands may have passed it on. */
    @Test
    void changeThatWasSentAndNeverAnsweredEndsAsUnknown() {
        cluster.onChange(change -> {
            clock.pass(PATIENCE);
            throw new IllegalStateException("the controller dies");
        });
        try (OstrakaAdmin patient = onHeldClock(cluster.address())) {
            assertThatThrownBy(() -> patient.leave(List.of(100L), ChangeMode.APPLY))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining(cluster.address());
        }
    }

    @Test
    void dryRunThatIsNeverAnsweredLeavesNothingOpen() {
        cluster.onChange(change -> {
            clock.pass(PATIENCE);
            throw new IllegalStateException("the controller dies");
        });
        try (OstrakaAdmin patient = onHeldClock(cluster.address())) {
            assertThatThrownBy(() -> patient.leave(List.of(100L), ChangeMode.DRY_RUN))
                    .isInstanceOf(UnavailableException.class);
        }
    }

    /** The system takes the connection for the program that listens, which never speaks: nothing was sent. */
    @Test
    void changeThatNoConnectionTookIsNotApplied() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                OstrakaAdmin hasty = OstrakaAdmin.builder()
                        .controllers("127.0.0.1:" + mute.getLocalPort())
                        .timeout(Duration.ofMillis(300))
                        .build()) {
            assertThatThrownBy(() -> hasty.leave(List.of(100L), ChangeMode.APPLY))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("127.0.0.1:" + mute.getLocalPort());
        }
    }

    @Test
    void interruptEndsTheWaitAndLeavesOpenWhatWasSent() {
        Thread caller = Thread.currentThread();
        cluster.onChange(change -> {
            caller.interrupt();
            return null;
        });

        assertThatThrownBy(() -> admin.leave(List.of(100L), ChangeMode.APPLY))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThatThrownBy(() -> admin.leave(List.of(200L), ChangeMode.APPLY)).isInstanceOf(UnavailableException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(cluster.changes).hasSize(1);
    }

    @Test
    void unreachableControllersAreAllNamed() {
        try (OstrakaAdmin nobody = onHeldClock("127.0.0.1:1", "127.0.0.1:2")) {
            assertThatThrownBy(() -> nobody.leave(List.of(100L), ChangeMode.APPLY))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("127.0.0.1:1")
                    .hasMessageContaining("127.0.0.1:2");
        }
    }

    @Test
    void malformedAddressIsRefusedBeforeItIsSent() {
        assertThatThrownBy(() -> admin.join(List.of(GroupSpec.parse("103=nowhere")), ChangeMode.APPLY))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("nowhere");
        assertThatThrownBy(() -> GroupSpec.parse("103")).isInstanceOf(IllegalArgumentException.class);
        assertThat(cluster.changes).isEmpty();
    }

    @Test
    void statusListsWhoAnswersAndWhoDoesNot() {
        ClusterStatus status = admin.status(true);

        assertThat(status.controllers().get(0).answer()).isEmpty();
        assertThat(status.controllers().get(0).trouble()).contains("127.0.0.1:1");
        assertThat(status.controllers().get(1).answer())
                .get()
                .extracting(controller -> controller.raft().role())
                .isEqualTo("leader");
        assertThat(status.nodes())
                .singleElement()
                .satisfies(node -> assertThat(node.answer())
                        .get()
                        .extracting(ClusterStatus.Node::nodeId)
                        .isEqualTo(21L));
    }

    @Test
    void watchGivesTheMapFromWhicheverControllerAnswers() throws Exception {
        CompletableFuture<ClusterMap> seen = new CompletableFuture<>();

        try (OstrakaAdmin.Watch watch = admin.watch(seen::complete)) {
            assertThat(seen.get(1, TimeUnit.MINUTES).revision()).isEqualTo(18);
        }
    }

    @Test
    void initialiseFormatsAllControllersFirst() {
        try (OstrakaAdmin founder =
                OstrakaAdmin.builder().controllers(cluster.address()).build()) {
            assertThat(founder.initialise(64).controllers())
                    .singleElement()
                    .satisfies(member -> assertThat(member.replicaId()).isEqualTo(31));
            assertThatThrownBy(() -> founder.initialise(0)).isInstanceOf(InvalidRequestException.class);
        }
        cluster.refuseQueries(StatusCode.REJECTED);
        try (OstrakaAdmin founder =
                OstrakaAdmin.builder().controllers(cluster.address()).build()) {
            assertThatThrownBy(() -> founder.initialise(64))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("initialised already");
        }
    }

    @Test
    void foundingThatBrokeOffIsFinishedByTheSameCall() {
        FakeCluster fresh = FakeCluster.start();
        cluster.refuseQueries(StatusCode.REJECTED);
        try (OstrakaAdmin founder = OstrakaAdmin.builder()
                .controllers(fresh.address() + "," + cluster.address())
                .build()) {
            long first = founder.initialise(64).clusterId();

            assertThat(founder.initialise(64).clusterId()).isEqualTo(first);
            assertThat(fresh.foundings).hasSize(2).containsExactlyElementsOf(cluster.foundings);
        } finally {
            fresh.close();
        }
    }

    @Test
    void clusterIsFoundedAtTheLevelThatAllItsControllersKnow() {
        FakeCluster older = FakeCluster.start();
        older.knowsLevel(1);
        try (OstrakaAdmin founder = OstrakaAdmin.builder()
                .controllers(older.address() + "," + cluster.address())
                .build()) {
            founder.initialise(64);

            assertThat(cluster.foundings)
                    .singleElement()
                    .satisfies(record -> assertThat(record.getFeatureLevel()).isEqualTo(1));
        } finally {
            older.close();
        }
    }

    @Test
    void foundingThatAFoundedControllerRefusesReachesNobodyElse() {
        FakeCluster fresh = FakeCluster.start();
        cluster.refuseQueries(StatusCode.REJECTED);
        cluster.refuseFoundings(StatusCode.REJECTED);
        try (OstrakaAdmin founder = OstrakaAdmin.builder()
                .controllers(fresh.address() + "," + cluster.address())
                .build()) {
            assertThatThrownBy(() -> founder.initialise(64)).isInstanceOf(RejectedException.class);

            assertThat(fresh.foundings).isEmpty();
        } finally {
            fresh.close();
        }
    }

    private OstrakaAdmin onHeldClock(String... controllers) {
        return new RealOstrakaAdmin(ClientOptions.DEFAULT
                .withControllers(List.of(controllers))
                .withTimeoutMillis(PATIENCE.toMillis())
                .withClock(clock));
    }
}

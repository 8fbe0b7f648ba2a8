package io.ostraka.shardctrler.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Feature;
import io.ostraka.proto.Id128;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.ControllerMember;
import io.ostraka.proto.controller.ControllerStatusRequest;
import io.ostraka.proto.controller.FormatReply;
import io.ostraka.proto.controller.FormatRequest;
import io.ostraka.proto.controller.InitialiseRequest;
import io.ostraka.proto.controller.Join;
import io.ostraka.proto.controller.JoinGroup;
import io.ostraka.proto.controller.Leave;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.QueryReply;
import io.ostraka.proto.controller.QueryRequest;
import io.ostraka.proto.controller.Recover;
import io.ostraka.proto.controller.RegisterRequest;
import io.ostraka.proto.controller.ReportRequest;
import io.ostraka.proto.controller.ShardClaim;
import io.ostraka.proto.controller.ShardSize;
import io.ostraka.proto.controller.WatchEvent;
import io.ostraka.proto.controller.WatchRequest;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.shardctrler.machine.ControllerStateMachine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Controllers with real logs, files, hosts and services, in one process. */
class ControllerNodeIT {

    private static final int SHARDS = 10;
    private static final long CLUSTER = 77;

    /** Matters only on failure. */
    private static final int WAIT_SECONDS_MAX = 120;

    /** Answers of a controller that does not lead, or no longer, or not yet. */
    private static final Set<StatusCode> ASK_AGAIN =
            EnumSet.of(StatusCode.NOT_LEADER, StatusCode.NOT_READY, StatusCode.UNKNOWN_OUTCOME, StatusCode.OVERLOADED);

    private final Path root;
    private final TestController.Network network = new TestController.Network();
    private final List<@Nullable TestController> controllers = new ArrayList<>();
    private long requests;

    ControllerNodeIT(@TempDir Path root) {
        this.root = root;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = 0; i < controllers.size(); i++) {
            stop(i);
        }
    }

    @Test
    void nothingIsServedBeforeTheClusterIsFoundedAndFoundingHappensOnce() throws Exception {
        start(1);
        assertThat(change(0, join(1)).getCode()).isEqualTo(StatusCode.NOT_READY);
        assertThat(query(0, -1).getCode()).isEqualTo(StatusCode.NOT_READY);
        Watch early = watch(0);
        assertThat(early.next().getCode()).isEqualTo(StatusCode.NOT_READY);

        InitialiseRequest founding = founding();
        assertThat(initialise(0, founding.toBuilder().clearMembers().build())).isEqualTo(StatusCode.INVALID);
        assertThat(initialise(0, founding.toBuilder().setShards(0).build())).isEqualTo(StatusCode.INVALID);
        assertThat(initialise(0, founding)).isEqualTo(StatusCode.OK);
        assertThat(initialise(0, founding)).isEqualTo(StatusCode.OK);
        assertThat(initialise(0, founding.toBuilder().setShards(11).build())).isEqualTo(StatusCode.REJECTED);
        assertThat(initialise(0, founding.toBuilder().setClusterId(78).build())).isEqualTo(StatusCode.REJECTED);
        awaitInitialised(0);
        assertThat(ask(0).format(FormatRequest.getDefaultInstance()).getCode()).isEqualTo(StatusCode.REJECTED);
    }

    @Test
    void controllerThatCannotWriteItsFoundingRecordEndsAndIsFoundedAfterARestart() throws Exception {
        start(1);
        InitialiseRequest founding = founding();
        Path inTheWay =
                root.resolve("c0").resolve(ControllerStateMachine.FOLDER).resolve("founding.new");
        Path notEmpty = Files.createDirectory(inTheWay).resolve("notEmpty");
        Files.createFile(notEmpty);

        assertThat(initialise(0, founding)).isEqualTo(StatusCode.INTERNAL);
        await(() -> controller(0).failures().peek() instanceof DiskException);

        stop(0);
        Files.delete(notEmpty);
        Files.delete(inTheWay);
        controllers.set(0, new TestController(root.resolve("c0"), network, "c0:1"));
        assertThat(initialise(0, founding)).isEqualTo(StatusCode.OK);
        awaitInitialised(0);
    }

    @Test
    void soleControllerComesBackWithEverythingAndTheSameNumbers() throws Exception {
        // FAULTS D2, H9.
        start(1);
        found();
        register("n1:1", 1);
        assertThat(change(0, join(1)).getCode()).isEqualTo(StatusCode.OK);
        assertThat(change(0, join(2)).getNum()).isEqualTo(2);
        assertThat(change(0, leave(1)).getNum()).isEqualTo(3);
        ClusterConfig before = ConfigWire.fromWire(query(0, -1).getConfig());

        for (int restart = 0; restart < 2; restart++) {
            stop(0);
            controllers.set(0, new TestController(root.resolve("c0"), network, "c0:1"));
            await(() -> query(0, -1).getCode() == StatusCode.OK);
            assertThat(ConfigWire.fromWire(query(0, -1).getConfig())).isEqualTo(before);
            assertThat(query(0, 1).getConfig().getGroupsCount()).isEqualTo(1);
        }
    }

    @Test
    void configurationsAreTheSameOnTheNextLeader() throws Exception {
        start(3);
        found();
        register("n1:1", 1);
        assertThat(changeAtLeader(join(1)).getNum()).isEqualTo(1);
        assertThat(changeAtLeader(join(2)).getNum()).isEqualTo(2);
        ClusterConfig before = ConfigWire.fromWire(queryLeader(-1).getConfig());

        stop(leader());

        assertThat(ConfigWire.fromWire(queryLeader(-1).getConfig())).isEqualTo(before);
        for (long num = 0; num <= 2; num++) {
            assertThat(queryLeader(num).getConfig().getNum()).isEqualTo(num);
        }
        assertThat(changeAtLeader(leave(1)).getNum()).isEqualTo(3);
    }

    @Test
    void controllersThatDoNotLeadNameTheOneThatDoes() throws Exception {
        start(3);
        found();

        await(() -> IntStream.range(0, 3).allMatch(this::leadsOrNamesTheLeader));
    }

    @Test
    void controllerThatDoesNotLeadPlansNoRecoverySinceItHearsNoGroups() throws Exception {
        start(3);
        found();
        register("n1:1", 1);
        changeAtLeader(join(1));
        int leader = leader();
        ChangeRequest recover = request()
                .setDryRun(true)
                .setRecover(Recover.newBuilder()
                        .setDead(io.ostraka.proto.GroupRef.newBuilder().setGid(1)))
                .build();

        ChangeReply reply = change((leader + 1) % 3, recover);

        assertThat(reply.getCode()).isEqualTo(StatusCode.NOT_LEADER);
        assertThat(reply.getLeaderHint()).isEqualTo("c" + leader + ":1");
        assertThat(changeAtLeader(recover).getMessage()).contains("try again in");
    }

    private boolean leadsOrNamesTheLeader(int index) {
        QueryReply reply = query(index, -1);
        if (reply.getCode() == StatusCode.OK) {
            return true;
        }
        assertThat(reply.getCode()).isEqualTo(StatusCode.NOT_LEADER);
        String hint = reply.getLeaderHint();
        return IntStream.range(0, 3)
                .anyMatch(each ->
                        hint.equals("c" + each + ":1") && query(each, -1).getCode() == StatusCode.OK);
    }

    @Test
    void changesAreCheckedPlannedAndRecognisedWhenRepeated() throws Exception {
        start(1);
        found();
        register("n1:1", 1);
        ChangeRequest join = join(1).toBuilder().setDryRun(true).build();

        ChangeReply planned = change(0, join);
        assertThat(planned.getCode()).isEqualTo(StatusCode.OK);
        assertThat(planned.getNum()).isZero();
        assertThat(planned.getMovesCount()).isEqualTo(SHARDS);
        assertThat(query(0, -1).getConfig().getNum()).isZero();

        ChangeRequest real = join(1);
        ChangeReply first = change(0, real);
        assertThat(first.getNum()).isEqualTo(1);
        assertThat(change(0, real).getNum()).isEqualTo(1);
        assertThat(change(0, join(1)).getCode()).isEqualTo(StatusCode.REJECTED);
        assertThat(change(0, ChangeRequest.getDefaultInstance()).getCode()).isEqualTo(StatusCode.INVALID);
        assertThat(change(0, join(2).toBuilder().clearRequestId().build()).getCode())
                .isEqualTo(StatusCode.INVALID);
        change(0, join(2));
        assertThat(change(0, leave(1).toBuilder().setPlannedOnNum(1).build()).getCode())
                .isEqualTo(StatusCode.STALE_PLAN);
        assertThat(change(0, leave(1).toBuilder().setPlannedOnNum(2).build()).getNum())
                .isEqualTo(3);
        assertThat(query(0, -2).getCode()).isEqualTo(StatusCode.NO_SUCH_CONFIG);
        assertThat(query(0, 99).getConfig().getNum()).isEqualTo(3);
    }

    @Test
    void dryRunTellsHowMuchDataWouldMove() throws Exception {
        start(1);
        found();
        register("n1:1", 1);
        change(0, join(1));
        GroupRef one = new GroupRef(1, 1);
        ReportRequest.Builder report = report();
        for (int shard = 0; shard < SHARDS; shard++) {
            report.addClaims(
                    ShardClaim.newBuilder().setGroup(ConfigWire.toWire(one)).setShard(shard));
            report.addSizes(ShardSize.newBuilder()
                    .setGroup(ConfigWire.toWire(one))
                    .setShard(shard)
                    .setKeys(3)
                    .setBytes(1_000));
        }
        assertThat(ask(0).report(report.build()).getCode()).isEqualTo(StatusCode.OK);

        ChangeReply planned = change(0, join(2).toBuilder().setDryRun(true).build());

        assertThat(planned.getMovesList()).hasSize(SHARDS / 2).allSatisfy(move -> {
            assertThat(move.getFrom()).isEqualTo(ConfigWire.toWire(one));
            assertThat(move.getBytes()).isEqualTo(1_000);
        });
    }

    @Test
    void pollingAndRepeatedReportsDoNotGrowTheLog() throws Exception {
        // FAULTS D9.
        start(1);
        found();
        register("n1:1", 1);
        change(0, join(1));
        ReportRequest claims = report().addClaims(ShardClaim.newBuilder()
                        .setGroup(ConfigWire.toWire(new GroupRef(1, 1)))
                        .setShard(0))
                .build();
        ask(0).report(claims);
        long before = appliedIndex();

        for (int i = 0; i < 200; i++) {
            query(0, -1);
            register("n1:1", 1);
            assertThat(ask(0).report(claims).getCode()).isEqualTo(StatusCode.OK);
            change(0, join(1));
            change(0, join(9).toBuilder().setDryRun(true).build());
        }

        assertThat(appliedIndex()).isEqualTo(before);
    }

    @Test
    void levelRisesOnlyWhenEveryControllerSaysThatItKnowsMore() throws Exception {
        start(3);
        found();
        stop((leader() + 1) % 3);
        await(() -> ask(leader())
                        .register(node("n1:1", 1).toBuilder()
                                .setFeatureLevel(Feature.NEWEST_LEVEL)
                                .build())
                        .getCode()
                == StatusCode.OK);
        long looks = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        await(() -> System.nanoTime() - looks > 0);
        assertThat(queryLeader(-1).getConfig().getTerms().getFeatureLevel()).isEqualTo(1);

        for (int i = 0; i < 3; i++) {
            if (controllers.get(i) == null) {
                controllers.set(i, new TestController(root.resolve("c" + i), network, "c" + i + ":1"));
            }
        }

        await(() -> queryLeader(-1).getConfig().getTerms().getFeatureLevel() == Feature.NEWEST_LEVEL);
    }

    @Test
    void controllerDoesNotTakeAFoundingAtALevelThatItDoesNotKnow() throws Exception {
        start(1);
        InitialiseRequest founding = founding();

        assertThat(initialise(
                        0,
                        founding.toBuilder()
                                .setFeatureLevel(Feature.NEWEST_LEVEL + 1)
                                .build()))
                .isEqualTo(StatusCode.REJECTED);
        assertThat(initialise(
                        0,
                        founding.toBuilder()
                                .setFeatureLevel(Feature.NEWEST_LEVEL)
                                .build()))
                .isEqualTo(StatusCode.OK);
        awaitInitialised(0);
        await(() -> query(0, -1).getConfig().getTerms().getFeatureLevel() == Feature.NEWEST_LEVEL);
    }

    @Test
    void strangersAndOtherVersionsAreRefused() throws Exception {
        start(1);
        found();
        RegisterRequest node = node("n1:1", 1);

        assertThat(ask(0).register(node.toBuilder().setClusterId(5).build()).getCode())
                .isEqualTo(StatusCode.WRONG_CLUSTER);
        assertThat(ask(0).register(node.toBuilder().setProtocolVersion(99).build())
                        .getCode())
                .isEqualTo(StatusCode.UNSUPPORTED_VERSION);
        assertThat(ask(0).register(node.toBuilder().setAddress("nowhere").build())
                        .getCode())
                .isEqualTo(StatusCode.INVALID);
        assertThat(ask(0).report(report().setClusterId(0).build()).getCode()).isEqualTo(StatusCode.WRONG_CLUSTER);
        ReportRequest noGroup = report().addClaims(ShardClaim.newBuilder()
                        .setGroup(io.ostraka.proto.GroupRef.newBuilder().setGid(-1)))
                .build();
        assertThat(ask(0).report(noGroup).getCode()).isEqualTo(StatusCode.INVALID);
        NodeReply welcome = ask(0).register(node.toBuilder().setClusterId(0).build());
        assertThat(welcome.getCode()).isEqualTo(StatusCode.OK);
        assertThat(welcome.getClusterId()).isEqualTo(CLUSTER);
    }

    @Test
    void watchersAreToldTheWholeAndThenEachChange() throws Exception {
        start(1);
        found();
        Watch watch = watch(0);
        ClusterConfig config = ConfigWire.fromWire(watch.next().getFull());
        register("n1:1", 1);
        change(0, join(1));

        while (config.num() < 1) {
            WatchEvent event = watch.next();
            if (event.hasDelta()) {
                config = ((Extension.Extended) config.apply(ConfigWire.fromWire(event.getDelta()))).config();
            }
        }

        assertThat(config).isEqualTo(ConfigWire.fromWire(query(0, -1).getConfig()));
        WatchEvent quiet = watch.next();
        assertThat(quiet.getKeepAlive().getRevision()).isEqualTo(config.revision());
    }

    private void start(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            controllers.add(new TestController(root.resolve("c" + i), network, "c" + i + ":1"));
        }
    }

    private void stop(int index) throws Exception {
        TestController controller = controllers.set(index, null);
        if (controller != null) {
            controller.close();
        }
    }

    private TestController controller(int index) {
        TestController controller = controllers.get(index);
        if (controller == null) {
            throw new AssertionError("controller " + index + " is stopped");
        }
        return controller;
    }

    private io.ostraka.proto.controller.ControllerGrpc.ControllerBlockingStub ask(int index) {
        return controller(index).ask();
    }

    private InitialiseRequest founding() {
        InitialiseRequest.Builder founding =
                InitialiseRequest.newBuilder().setClusterId(CLUSTER).setShards(SHARDS);
        for (int i = 0; i < controllers.size(); i++) {
            FormatReply format = ask(i).format(FormatRequest.getDefaultInstance());
            founding.addMembers(ControllerMember.newBuilder()
                    .setReplicaId(format.getReplicaId())
                    .setNodeId(format.getNodeId())
                    .setAddress("c" + i + ":1"));
        }
        return founding.build();
    }

    private void found() {
        InitialiseRequest founding = founding();
        for (int i = 0; i < controllers.size(); i++) {
            assertThat(initialise(i, founding)).isEqualTo(StatusCode.OK);
        }
        for (int i = 0; i < controllers.size(); i++) {
            awaitInitialised(i);
        }
    }

    private StatusCode initialise(int index, InitialiseRequest request) {
        return ask(index).initialise(request).getCode();
    }

    private void awaitInitialised(int index) {
        await(() ->
                ask(index).status(ControllerStatusRequest.getDefaultInstance()).getInitialised());
    }

    private long appliedIndex() {
        return ask(0).status(ControllerStatusRequest.getDefaultInstance()).getAppliedIndex();
    }

    private int leader() {
        int[] found = {-1};
        await(() -> {
            for (int i = 0; i < controllers.size(); i++) {
                if (controllers.get(i) != null
                        && ask(i).status(ControllerStatusRequest.getDefaultInstance())
                                .getRole()
                                .equals("leader")
                        && query(i, -1).getCode() == StatusCode.OK) {
                    found[0] = i;
                    return true;
                }
            }
            return false;
        });
        return found[0];
    }

    private void register(String address, long node) {
        await(() -> ask(leader()).register(node(address, node)).getCode() == StatusCode.OK);
    }

    /** Asks whoever leads, again if that changes meanwhile: a repeated change is the same change. */
    private ChangeReply changeAtLeader(ChangeRequest request) {
        AtomicReference<ChangeReply> reply = new AtomicReference<>(ChangeReply.getDefaultInstance());
        await(() -> {
            reply.set(change(leader(), request));
            return !ASK_AGAIN.contains(reply.get().getCode());
        });
        return reply.get();
    }

    private QueryReply queryLeader(long num) {
        AtomicReference<QueryReply> reply = new AtomicReference<>(QueryReply.getDefaultInstance());
        await(() -> {
            reply.set(query(leader(), num));
            return !ASK_AGAIN.contains(reply.get().getCode());
        });
        return reply.get();
    }

    private static RegisterRequest node(String address, long node) {
        return RegisterRequest.newBuilder()
                .setClusterId(CLUSTER)
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setNodeId(node)
                .setAddress(address)
                .setStartCounter(1)
                .build();
    }

    private static ReportRequest.Builder report() {
        return ReportRequest.newBuilder().setClusterId(CLUSTER).setProtocolVersion(ProtocolVersion.CURRENT);
    }

    private ChangeRequest join(long gid) {
        return request()
                .setJoin(Join.newBuilder()
                        .addGroups(JoinGroup.newBuilder().setGid(gid).addAddresses("n1:1")))
                .build();
    }

    private ChangeRequest leave(long gid) {
        return request().setLeave(Leave.newBuilder().addGids(gid)).build();
    }

    private ChangeRequest.Builder request() {
        return ChangeRequest.newBuilder()
                .setRequestId(Id128.newBuilder().setHigh(1).setLow(++requests));
    }

    private ChangeReply change(int index, ChangeRequest request) {
        return ask(index).change(request);
    }

    private QueryReply query(int index, long num) {
        return ask(index).query(QueryRequest.newBuilder().setNum(num).build());
    }

    private Watch watch(int index) {
        Watch watch = new Watch();
        controller(index).stream()
                .watch(
                        WatchRequest.newBuilder()
                                .setClusterId(CLUSTER)
                                .setProtocolVersion(ProtocolVersion.CURRENT)
                                .build(),
                        watch);
        return watch;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static final class Watch implements StreamObserver<WatchEvent> {

        private final BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();

        WatchEvent next() throws InterruptedException {
            WatchEvent event = events.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("no event came");
            }
            return event;
        }

        @Override
        public void onNext(WatchEvent event) {
            events.add(event);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}

package io.ostraka.client.internal;

import io.grpc.MethodDescriptor;
import io.ostraka.client.InvalidRequestException;
import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.RejectedException;
import io.ostraka.client.UnavailableException;
import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.ControllerBackup;
import io.ostraka.client.admin.FormattedController;
import io.ostraka.client.admin.FoundedCluster;
import io.ostraka.client.admin.GroupSpec;
import io.ostraka.client.admin.ProcessStatus;
import io.ostraka.client.admin.RecoveryPlan;
import io.ostraka.client.admin.ResumePlan;
import io.ostraka.client.internal.Controllers.Verdict;
import io.ostraka.client.internal.UnaryCalls.CallFailedException;
import io.ostraka.proto.Feature;
import io.ostraka.proto.GroupRef;
import io.ostraka.proto.Id128;
import io.ostraka.proto.Limits;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.HostPort;
import io.ostraka.proto.controller.BackupReply;
import io.ostraka.proto.controller.BackupRequest;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.ControllerMember;
import io.ostraka.proto.controller.ControllerStatusRequest;
import io.ostraka.proto.controller.Forget;
import io.ostraka.proto.controller.FormatReply;
import io.ostraka.proto.controller.FormatRequest;
import io.ostraka.proto.controller.InitialiseReply;
import io.ostraka.proto.controller.InitialiseRequest;
import io.ostraka.proto.controller.Join;
import io.ostraka.proto.controller.JoinGroup;
import io.ostraka.proto.controller.Leave;
import io.ostraka.proto.controller.Move;
import io.ostraka.proto.controller.QueryReply;
import io.ostraka.proto.controller.QueryRequest;
import io.ostraka.proto.controller.Recover;
import io.ostraka.proto.controller.Restore;
import io.ostraka.proto.controller.Resume;
import io.ostraka.proto.controller.Undo;
import io.ostraka.proto.controller.Unpin;
import io.ostraka.proto.node.NodeServiceGrpc;
import io.ostraka.proto.node.NodeStatusRequest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The administration client that does. */
public final class RealOstrakaAdmin implements OstrakaAdmin {

    private static final long STATUS_MILLIS_MAX = 2_000;

    private final ClientOptions options;
    private final Channels channels;
    private final UnaryCalls unary;
    private final Controllers controllers;
    private final List<ConfigWatch> watches = new CopyOnWriteArrayList<>();
    private final SecureRandom random = new SecureRandom();

    /** A client with these options. */
    public RealOstrakaAdmin(ClientOptions options) {
        this.options = options;
        this.channels = new Channels(options.addressMapping());
        this.unary = new UnaryCalls(channels, options.clock());
        this.controllers = new Controllers(options.controllers(), unary, options.clock());
    }

    @Override
    public Change join(List<GroupSpec> groups, ChangeMode mode) {
        Join.Builder join = Join.newBuilder();
        for (GroupSpec group : groups) {
            for (String address : group.addresses()) {
                String problem = HostPort.problemOf(address);
                if (problem != null) {
                    throw new InvalidRequestException("group " + group.gid() + ": " + problem);
                }
            }
            join.addGroups(JoinGroup.newBuilder()
                    .setGid(group.gid())
                    .addAllAddresses(group.addresses())
                    .setWeight(group.weight()));
        }
        return change(ChangeRequest.newBuilder().setJoin(join), mode);
    }

    @Override
    public Change leave(List<Long> gids, ChangeMode mode) {
        return change(ChangeRequest.newBuilder().setLeave(Leave.newBuilder().addAllGids(gids)), mode);
    }

    @Override
    public Change move(int shard, long gid, ChangeMode mode) {
        Move move = Move.newBuilder().setShard(requireShard(shard)).setGid(gid).build();
        return change(ChangeRequest.newBuilder().setMove(move), mode);
    }

    @Override
    public Change unpin(List<Integer> shards, ChangeMode mode) {
        shards.forEach(RealOstrakaAdmin::requireShard);
        return change(ChangeRequest.newBuilder().setUnpin(Unpin.newBuilder().addAllShards(shards)), mode);
    }

    @Override
    public Change undo(long toNum, ChangeMode mode) {
        return change(ChangeRequest.newBuilder().setUndo(Undo.newBuilder().setToNum(toNum)), mode);
    }

    @Override
    public RecoveryPlan planRecovery(long gid, long toGid) {
        return planRecovery(Recover.newBuilder()
                .setDead(GroupRef.newBuilder().setGid(gid))
                .setTo(toGid)
                .build());
    }

    @Override
    public RecoveryPlan planRecoveryOfShard(int shard, long toGid) {
        return planRecovery(
                Recover.newBuilder().setShard(requireShard(shard)).setTo(toGid).build());
    }

    private RecoveryPlan planRecovery(Recover recover) {
        return AdminWire.recovery(answer(ChangeRequest.newBuilder().setRecover(recover), ChangeMode.DRY_RUN), recover);
    }

    @Override
    public Change recoverUnsafe(RecoveryPlan plan) {
        Recover recover = Recover.newBuilder()
                .setDead(GroupRef.newBuilder()
                        .setGid(plan.group().gid())
                        .setIncarnation(plan.group().incarnation()))
                .setTo(plan.toGid())
                .build();
        return change(
                ChangeRequest.newBuilder().setRecover(recover).setPlannedOnRevision(plan.revision()),
                ChangeMode.applyOn(plan.num()));
    }

    @Override
    public Change forget(long gid, ChangeMode mode) {
        return change(ChangeRequest.newBuilder().setForget(Forget.newBuilder().setGid(gid)), mode);
    }

    @Override
    public ResumePlan planResume() {
        return AdminWire.resume(
                answer(ChangeRequest.newBuilder().setResume(Resume.getDefaultInstance()), ChangeMode.DRY_RUN));
    }

    @Override
    public Change resumeUnsafe(ResumePlan plan) {
        Resume.Builder resume = Resume.newBuilder();
        plan.silent()
                .forEach(group -> resume.addDeadBuilder().setGid(group.gid()).setIncarnation(group.incarnation()));
        return change(
                ChangeRequest.newBuilder().setResume(resume).setPlannedOnNum(plan.num()),
                ChangeMode.applyOn(plan.num()));
    }

    @Override
    public ClusterMap query() {
        return query(-1);
    }

    @Override
    public ClusterMap query(long num) {
        QueryReply reply = controllers.callLeader(
                ControllerGrpc.getQueryMethod(),
                QueryRequest.newBuilder().setNum(num).build(),
                answer -> new Verdict(answer.getCode(), answer.getMessage(), answer.getLeaderHint()),
                options.timeoutMillis(),
                false);
        Controllers.requireOk(new Verdict(reply.getCode(), reply.getMessage(), ""));
        return AdminWire.map(reply);
    }

    @Override
    public Watch watch(Consumer<ClusterMap> listener) {
        ConfigWatch watch = new ConfigWatch(
                controllers.addresses(), unary, options.clock(), config -> listener.accept(AdminWire.map(config)));
        watches.add(watch);
        return watch.start();
    }

    @Override
    public ClusterStatus status(boolean withShards) {
        long millis = Math.min(options.timeoutMillis(), STATUS_MILLIS_MAX);
        List<ClusterStatus.Answer<ClusterStatus.Controller>> ofControllers = askAll(
                controllers.addresses(),
                ControllerGrpc.getStatusMethod(),
                ControllerStatusRequest.getDefaultInstance(),
                AdminWire::controller,
                millis);
        Optional<ClusterMap> map;
        try {
            map = Optional.of(AdminWire.map(controllers.config(millis).join()));
        } catch (CompletionException e) {
            map = Optional.empty();
        }
        List<String> nodes = map.stream()
                .flatMap(known -> known.nodes().stream())
                .map(ClusterMap.Node::address)
                .filter(address -> !address.isEmpty())
                .toList();
        return new ClusterStatus(
                map,
                ofControllers,
                askAll(
                        nodes,
                        NodeServiceGrpc.getStatusMethod(),
                        NodeStatusRequest.newBuilder().setWithShards(withShards).build(),
                        AdminWire::node,
                        millis));
    }

    @Override
    public ProcessStatus statusOf(String address) {
        List<String> asked = ClientOptions.parseAddresses(address);
        long millis = options.timeoutMillis();
        ClusterStatus.Answer<ClusterStatus.Controller> controller = askAll(
                        asked,
                        ControllerGrpc.getStatusMethod(),
                        ControllerStatusRequest.getDefaultInstance(),
                        AdminWire::controller,
                        millis)
                .get(0);
        ClusterStatus.Answer<ClusterStatus.Node> node = askAll(
                        asked,
                        NodeServiceGrpc.getStatusMethod(),
                        NodeStatusRequest.getDefaultInstance(),
                        AdminWire::node,
                        millis)
                .get(0);
        if (controller.answer().isEmpty() && node.answer().isEmpty()) {
            throw new UnavailableException(node.trouble());
        }
        return new ProcessStatus(address, controller.answer(), node.answer());
    }

    @Override
    public FormattedController format(String address) {
        Asked asked = ask(address, 0);
        if (asked.refusal() != null) {
            throw new RejectedException("controller " + address + " was not formatted: " + asked.refusal());
        }
        return asked.controller();
    }

    /** A controller's ids, the level that it knows, when it was restored, and why it takes no other cluster. */
    private record Asked(
            FormattedController controller,
            int featureLevel,
            long restoredAtSeconds,
            @Nullable String refusal) {}

    /** @param clusterId the cluster whose controllers are to be restored; 0: a new one is to be founded */
    private Asked ask(String address, long clusterId) {
        try {
            FormatReply reply = Controllers.await(
                    unary.call(
                            address,
                            ControllerGrpc.getFormatMethod(),
                            FormatRequest.newBuilder().setClusterId(clusterId).build(),
                            options.timeoutMillis()),
                    options.timeoutMillis());
            return new Asked(
                    new FormattedController(address, reply.getReplicaId(), reply.getNodeId()),
                    Math.max(Feature.BASE_LEVEL, reply.getFeatureLevel()),
                    reply.getRestoredAtEpochSeconds(),
                    reply.getCode() == StatusCode.OK ? null : reply.getMessage());
        } catch (CallFailedException e) {
            throw new UnavailableException("controller " + address + " was not formatted: " + e.getMessage());
        }
    }

    /*
     * A founding that broke off is finished by the same call: the record depends on nothing but the controllers and the
     * number of shards, and those that have a record are asked first, so that another one reaches nobody else.
     */
    @Override
    public FoundedCluster initialise(int shards) {
        if (shards < 1 || shards > Limits.SHARDS_MAX) {
            throw new InvalidRequestException("a cluster has 1 to " + Limits.SHARDS_MAX + " shards, not " + shards);
        }
        return found(askAll(0), shards, founding -> {});
    }

    @Override
    public ControllerBackup backup() {
        BackupReply reply = controllers.callLeader(
                ControllerGrpc.getBackupMethod(),
                BackupRequest.getDefaultInstance(),
                answer -> new Verdict(answer.getCode(), answer.getMessage(), answer.getLeaderHint()),
                options.timeoutMillis(),
                false);
        Controllers.requireOk(new Verdict(reply.getCode(), reply.getMessage(), ""));
        return BackupFile.backup(BackupFile.bytes(reply.getBackup()));
    }

    /*
     * A restore that broke off is finished by the same call: the record carries the time of the first one.
     */
    @Override
    public FoundedCluster restore(ControllerBackup backup) {
        List<Asked> asked = askAll(backup.clusterId());
        asked.stream()
                .filter(each -> each.refusal() != null && each.restoredAtSeconds() == 0)
                .findFirst()
                .ifPresent(taken -> {
                    throw new RejectedException("nothing was restored: controller "
                            + taken.controller().address() + ": " + taken.refusal()
                            + "; a restore needs controllers with empty directories");
                });
        long begun = asked.stream().mapToLong(Asked::restoredAtSeconds).max().orElse(0);
        return found(
                asked,
                backup.shards(),
                founding -> founding.setClusterId(backup.clusterId())
                        .setRestore(Restore.newBuilder()
                                .setBackup(BackupFile.message(backup.toBytes()))
                                .setAtEpochSeconds(begun == 0 ? options.clock().epochSeconds() : begun)));
    }

    private List<Asked> askAll(long clusterId) {
        return controllers.addresses().stream()
                .map(address -> ask(address, clusterId))
                .toList();
    }

    private FoundedCluster found(List<Asked> asked, int shards, Consumer<InitialiseRequest.Builder> also) {
        if (asked.stream().allMatch(each -> each.refusal() != null && each.restoredAtSeconds() == 0)) {
            throw new RejectedException("the cluster was not founded: controller "
                    + asked.get(0).controller().address() + ": " + asked.get(0).refusal());
        }
        // Nodes that come later are refused if they know less, so what the controllers know is all that counts.
        int level = asked.stream().mapToInt(Asked::featureLevel).min().orElse(Feature.BASE_LEVEL);
        InitialiseRequest.Builder founding =
                founding(asked.stream().map(Asked::controller).toList(), shards).toBuilder()
                        .setFeatureLevel(level);
        also.accept(founding);
        InitialiseRequest request = founding.build();
        asked.stream()
                .sorted(Comparator.comparing(each -> each.refusal() == null))
                .forEach(each -> initialise(each.controller().address(), request));
        return new FoundedCluster(
                request.getClusterId(),
                shards,
                asked.stream().map(Asked::controller).toList());
    }

    /** The same for the same controllers, whatever their order. Their random ids make it unlike any other cluster's. */
    private static InitialiseRequest founding(List<FormattedController> controllers, int shards) {
        List<FormattedController> members = controllers.stream()
                .sorted(Comparator.comparingLong(FormattedController::replicaId))
                .toList();
        long clusterId = 0;
        InitialiseRequest.Builder request = InitialiseRequest.newBuilder().setShards(shards);
        for (FormattedController member : members) {
            clusterId = Long.rotateLeft(clusterId, 21) * 0x9e3779b97f4a7c15L + member.nodeId();
            request.addMembers(ControllerMember.newBuilder()
                    .setReplicaId(member.replicaId())
                    .setNodeId(member.nodeId())
                    .setAddress(member.address()));
        }
        return request.setClusterId(clusterId == 0 ? 1 : clusterId).build();
    }

    @Override
    public void close() {
        watches.forEach(ConfigWatch::close);
        unary.close();
        channels.close();
    }

    private void initialise(String address, InitialiseRequest request) {
        try {
            InitialiseReply reply = Controllers.await(
                    unary.call(address, ControllerGrpc.getInitialiseMethod(), request, options.timeoutMillis()),
                    options.timeoutMillis());
            if (reply.getCode() != StatusCode.OK) {
                throw new RejectedException("controller " + address + " was not initialised: " + reply.getMessage());
            }
        } catch (CallFailedException e) {
            throw new UnavailableException("controller " + address
                    + " was not initialised; found the cluster again, with the same controllers, when it is up: "
                    + e.getMessage());
        }
    }

    private Change change(ChangeRequest.Builder request, ChangeMode mode) {
        return AdminWire.change(answer(request, mode));
    }

    private ChangeReply answer(ChangeRequest.Builder request, ChangeMode mode) {
        request.setRequestId(Id128.newBuilder().setHigh(random.nextLong()).setLow(random.nextLong()))
                .setDryRun(mode.dryRun())
                .setPlannedOnNum(mode.plannedOnNum());
        ChangeReply reply = controllers.callLeader(
                ControllerGrpc.getChangeMethod(),
                request.build(),
                answer -> new Verdict(answer.getCode(), answer.getMessage(), answer.getLeaderHint()),
                options.timeoutMillis(),
                !mode.dryRun());
        Controllers.requireOk(new Verdict(reply.getCode(), reply.getMessage(), ""));
        return reply;
    }

    private static int requireShard(int shard) {
        if (shard < 0) {
            throw new InvalidRequestException("shard " + shard + " is negative");
        }
        return shard;
    }

    /** Asks all at once; who does not answer is listed with the reason. */
    private <Q, A, T> List<ClusterStatus.Answer<T>> askAll(
            List<String> addresses, MethodDescriptor<Q, A> method, Q question, Function<A, T> read, long millis) {
        Map<String, CompletableFuture<A>> calls = new LinkedHashMap<>();
        addresses.forEach(address -> calls.put(address, unary.call(address, method, question, millis)));
        List<ClusterStatus.Answer<T>> answers = new ArrayList<>();
        calls.forEach((address, call) -> {
            try {
                answers.add(new ClusterStatus.Answer<>(
                        address, Optional.of(read.apply(Controllers.await(call, millis))), ""));
            } catch (CallFailedException e) {
                answers.add(new ClusterStatus.Answer<>(address, Optional.empty(), String.valueOf(e.getMessage())));
            }
        });
        return answers;
    }
}

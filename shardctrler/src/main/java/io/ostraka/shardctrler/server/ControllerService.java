package io.ostraka.shardctrler.server;

import io.grpc.stub.StreamObserver;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.controller.BackupReply;
import io.ostraka.proto.controller.BackupRequest;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.ControllerStatusReply;
import io.ostraka.proto.controller.ControllerStatusRequest;
import io.ostraka.proto.controller.FormatReply;
import io.ostraka.proto.controller.FormatRequest;
import io.ostraka.proto.controller.InitialiseReply;
import io.ostraka.proto.controller.InitialiseRequest;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.QueryReply;
import io.ostraka.proto.controller.QueryRequest;
import io.ostraka.proto.controller.RegisterRequest;
import io.ostraka.proto.controller.ReportRequest;
import io.ostraka.proto.controller.WatchEvent;
import io.ostraka.proto.controller.WatchRequest;
import io.ostraka.shardctrler.codec.BackupWire;
import io.ostraka.shardctrler.codec.CommandWire;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.Reports;
import io.ostraka.shardctrler.state.RestoreStatus;
import io.ostraka.shardctrler.state.Transition;
import io.ostraka.shardctrler.state.Transitions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The controller's gRPC service. Changes, queries and reports are for the leader, and answered elsewhere with its
 * address; the configuration may be watched at any controller. No call blocks a thread, and how many wait is bounded.
 */
final class ControllerService extends ControllerGrpc.ControllerImplBase {

    /** Most calls that wait for an answer. */
    static final int WAITING_MAX = 4_096;

    private final Founding founding;
    private final Requests requests;
    private final WatchHub watches;
    private final ShardSizes sizes = new ShardSizes();
    private final RecoveryRequests recoveries;
    private final AtomicInteger waiting = new AtomicInteger();

    ControllerService(Founding founding, Requests requests, WatchHub watches, LongSupplier nanoTime) {
        this.founding = founding;
        this.requests = requests;
        this.watches = watches;
        this.recoveries = new RecoveryRequests(nanoTime);
    }

    @Override
    public void change(ChangeRequest request, StreamObserver<ChangeReply> observer) {
        Reply<ChangeReply> reply = reply(observer);
        Replica replica = founding.replica();
        Answers.Refused problem = problemOf(replica);
        noteLeadership(replica);
        if (problem == null && replica != null && (request.hasRecover() || request.hasResume())) {
            // A read is answered by any controller, but groups speak to the leader only.
            problem = leaderProblem(replica);
        }
        if (problem == null) {
            problem = formProblemOf(request);
        }
        if (problem != null || replica == null) {
            reply.send(ChangeReplies.of(problem == null ? notInitialised() : problem, hint(replica)));
        } else if (request.getDryRun()) {
            requests.read(
                    replica,
                    now -> reply.send(plan(now.state(), request)),
                    refused -> reply.send(ChangeReplies.of(refused, replica.leaderAddress())));
        } else if (request.hasRecover() || request.hasResume()) {
            // The state tells whether it was carried out before, by a leader that could not say so any more.
            requests.read(
                    replica,
                    now -> {
                        Answers.Refused refused = recoveries.problemOf(request, now.state());
                        if (refused == null) {
                            carryOut(replica, request, reply);
                        } else {
                            reply.send(ChangeReplies.of(refused, replica.leaderAddress()));
                        }
                    },
                    refused -> reply.send(ChangeReplies.of(refused, replica.leaderAddress())));
        } else {
            carryOut(replica, request, reply);
        }
    }

    private static Answers.@Nullable Refused formProblemOf(ChangeRequest request) {
        try {
            return CommandWire.fromWire(request).isPresent()
                    ? null
                    : new Answers.Refused(
                            StatusCode.INVALID,
                            "the request names no change that this controller knows; upgrade the older side");
        } catch (MalformedConfigException e) {
            return new Answers.Refused(StatusCode.INVALID, String.valueOf(e.getMessage()));
        }
    }

    private void carryOut(Replica replica, ChangeRequest request, Reply<ChangeReply> reply) {
        Optional<Administer> command = CommandWire.fromWire(request);
        if (command.isEmpty()) {
            reply.send(ChangeReplies.of(notInitialised(), replica.leaderAddress()));
            return;
        }
        requests.carryOut(
                replica,
                state -> command.get(),
                outcome -> reply.send(
                        switch (outcome) {
                            case Requests.Outcome.Result result -> ChangeReplies.of(result.result(), sizes);
                            case Requests.Outcome.Failed failed ->
                                ChangeReplies.of(failed.refused(), replica.leaderAddress());
                        }));
    }

    /** A dry run, which carries what was planned on: the change then names that. */
    private ChangeReply plan(ControllerState state, ChangeRequest request) {
        ClusterConfig plannedOn = state.config();
        return switch (recoveries.subject(request, state)) {
            case RecoveryRequests.Subject.None none -> ChangeReplies.of(none.why(), "");
            case RecoveryRequests.Subject.Named named -> {
                Answers.Refused problem = recoveries.problemOf(named.request(), state);
                Optional<Administer> command = CommandWire.fromWire(named.request());
                if (problem != null || command.isEmpty() || plannedOn == null) {
                    yield ChangeReplies.of(problem == null ? notInitialised() : problem, "");
                }
                Transition tried = Transitions.dryRun(state, command.get());
                ChangeReply reply = ChangeReplies.of(tried.result(), sizes).toBuilder()
                        .setNum(plannedOn.num())
                        .setRevision(plannedOn.revision())
                        .build();
                if (named.request().hasResume()) {
                    yield reply.toBuilder()
                            .addAllSilent(named.request().getResume().getDeadList())
                            .build();
                }
                yield named.request().hasRecover() && reply.getChanged()
                        ? recoveries.forecast(reply, named.request(), state, tried.state())
                        : reply;
            }
        };
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryReply> observer) {
        Reply<QueryReply> reply = reply(observer);
        Replica replica = founding.replica();
        Answers.Refused problem = problemOf(replica);
        if (problem != null || replica == null) {
            reply.send(queryRefused(problem == null ? notInitialised() : problem, hint(replica)));
            return;
        }
        requests.read(
                replica,
                now -> reply.send(now.state()
                        .query(request.getNum())
                        .map(config -> answer(now.state(), config))
                        .orElseGet(() -> queryRefused(noSuch(now.state().isInitialised(), request.getNum()), ""))),
                refused -> reply.send(queryRefused(refused, replica.leaderAddress())));
    }

    private static QueryReply answer(ControllerState state, ClusterConfig config) {
        QueryReply.Builder reply =
                QueryReply.newBuilder().setCode(StatusCode.OK).setConfig(ConfigWire.toWire(config));
        if (config.equals(state.config())) {
            reply.addAllRecoveries(RecoveryRequests.states(state));
            RestoreStatus.of(state).ifPresent(status -> reply.setRestore(RecoveryRequests.toWire(status)));
        }
        return reply.build();
    }

    private static Answers.Refused noSuch(boolean initialised, long num) {
        return initialised
                ? new Answers.Refused(
                        StatusCode.NO_SUCH_CONFIG,
                        "there is no configuration " + num + "; ask for -1, the latest, or a number from 0 on")
                : notInitialised();
    }

    private static QueryReply queryRefused(Answers.Refused refused, String leaderAddress) {
        return QueryReply.newBuilder()
                .setCode(refused.code())
                .setMessage(refused.message())
                .setLeaderHint(leaderAddress)
                .build();
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchEvent> observer) {
        Replica replica = founding.replica();
        Answers.Refused problem = replica == null
                ? notInitialised()
                : callerProblem(replica, request.getClusterId(), request.getProtocolVersion(), true);
        watches.open(request, observer, problem, hint(replica));
    }

    @Override
    public void register(RegisterRequest request, StreamObserver<NodeReply> observer) {
        Reply<NodeReply> reply = reply(observer);
        Replica replica = founding.replica();
        Answers.Refused problem = problemOf(replica);
        if (problem == null && replica != null) {
            problem = callerProblem(replica, request.getClusterId(), request.getProtocolVersion(), true);
        }
        if (problem != null || replica == null) {
            reply.send(nodeRefused(problem == null ? notInitialised() : problem, replica));
            return;
        }
        requests.carryOut(
                replica,
                state -> CommandWire.fromWire(request),
                outcome -> reply.send(ChangeReplies.of(outcome, replica.leaderAddress())
                        .setClusterId(replica.founding().clusterId())
                        .build()));
    }

    @Override
    public void report(ReportRequest request, StreamObserver<NodeReply> observer) {
        Reply<NodeReply> reply = reply(observer);
        Replica replica = founding.replica();
        Answers.Refused problem = problemOf(replica);
        if (problem == null && replica != null) {
            problem = callerProblem(replica, request.getClusterId(), request.getProtocolVersion(), false);
        }
        if (problem != null || replica == null) {
            reply.send(nodeRefused(problem == null ? notInitialised() : problem, replica));
            return;
        }
        Report report;
        try {
            report = CommandWire.fromWire(request);
            noteLeadership(replica);
            keepSizes(replica, request);
            keepWords(request, report);
            recoveries.forgetGroupsThatAreGone(replica.published().state());
        } catch (MalformedConfigException e) {
            reply.send(nodeRefused(new Answers.Refused(StatusCode.INVALID, String.valueOf(e.getMessage())), replica));
            return;
        }
        requests.carryOut(
                replica,
                state -> Reports.news(state, report),
                outcome -> reply.send(ChangeReplies.of(outcome, replica.leaderAddress())
                        .setClusterId(replica.founding().clusterId())
                        .build()));
    }

    private static Answers.@Nullable Refused leaderProblem(Replica replica) {
        return replica.group().leadership().leads() ? null : Answers.notLeader(replica.leaderAddress());
    }

    private void noteLeadership(@Nullable Replica replica) {
        if (replica != null && replica.group().leadership().leads()) {
            recoveries.leads(replica.group().leadership().term());
        }
    }

    private void keepWords(ReportRequest request, Report report) {
        Map<GroupRef, List<OwnerReport>> words =
                report.owners().stream().collect(Collectors.groupingBy(OwnerReport::group));
        if (request.hasSpeaker()) {
            words.putIfAbsent(ConfigWire.fromWire(request.getSpeaker()), List.of());
        }
        words.forEach(recoveries::heard);
    }

    private void keepSizes(Replica replica, ReportRequest request) {
        for (io.ostraka.proto.controller.ShardSize size : request.getSizesList()) {
            if (size.getShard() >= 0 && size.getShard() < replica.founding().shards()) {
                sizes.report(
                        size.getShard(),
                        new ShardSizes.Size(ConfigWire.fromWire(size.getGroup()), size.getKeys(), size.getBytes()));
            }
        }
    }

    private static NodeReply nodeRefused(Answers.Refused refused, @Nullable Replica replica) {
        return NodeReply.newBuilder()
                .setCode(refused.code())
                .setMessage(refused.message())
                .setLeaderHint(hint(replica))
                .build();
    }

    @Override
    public void status(ControllerStatusRequest request, StreamObserver<ControllerStatusReply> observer) {
        founding.status(reply(observer)::send);
    }

    @Override
    public void format(FormatRequest request, StreamObserver<FormatReply> observer) {
        founding.format(request.getClusterId(), reply(observer)::send);
    }

    @Override
    public void initialise(InitialiseRequest request, StreamObserver<InitialiseReply> observer) {
        Reply<InitialiseReply> reply = reply(observer);
        Consumer<Answers.Refused> done = refused -> reply.send(InitialiseReply.newBuilder()
                .setCode(refused.code())
                .setMessage(refused.message())
                .build());
        try {
            founding.initialise(CommandWire.fromWire(request), done);
        } catch (MalformedConfigException e) {
            done.accept(new Answers.Refused(StatusCode.INVALID, "the backup cannot be read: " + e.getMessage()));
        }
    }

    @Override
    public void backup(BackupRequest request, StreamObserver<BackupReply> observer) {
        Reply<BackupReply> reply = reply(observer);
        Replica replica = founding.replica();
        Answers.Refused problem = problemOf(replica);
        if (problem != null || replica == null) {
            reply.send(backupRefused(problem == null ? notInitialised() : problem, hint(replica)));
            return;
        }
        requests.read(
                replica,
                now -> reply.send(BackupWire.of(now.state())
                        .map(backup -> BackupReply.newBuilder()
                                .setCode(StatusCode.OK)
                                .setBackup(backup)
                                .build())
                        .orElseGet(() -> backupRefused(notInitialised(), ""))),
                refused -> reply.send(backupRefused(refused, replica.leaderAddress())));
    }

    private static BackupReply backupRefused(Answers.Refused refused, String leaderAddress) {
        return BackupReply.newBuilder()
                .setCode(refused.code())
                .setMessage(refused.message())
                .setLeaderHint(leaderAddress)
                .build();
    }

    private <T> Reply<T> reply(StreamObserver<T> observer) {
        waiting.incrementAndGet();
        return new Reply<>(observer, waiting::decrementAndGet);
    }

    private Answers.@Nullable Refused problemOf(@Nullable Replica replica) {
        if (replica == null) {
            return notInitialised();
        }
        return waiting.get() > WAITING_MAX ? new Answers.Refused(StatusCode.OVERLOADED, Answers.OVERLOADED) : null;
    }

    private static Answers.Refused notInitialised() {
        return new Answers.Refused(StatusCode.NOT_READY, Answers.NOT_INITIALISED);
    }

    /** @param newcomer whether the caller may not know the cluster yet */
    private static Answers.@Nullable Refused callerProblem(
            Replica replica, long clusterId, int protocolVersion, boolean newcomer) {
        if (!ProtocolVersion.isSupported(protocolVersion)) {
            return new Answers.Refused(StatusCode.UNSUPPORTED_VERSION, ProtocolVersion.refusal(protocolVersion));
        }
        long own = replica.founding().clusterId();
        if (clusterId == own || (newcomer && clusterId == 0)) {
            return null;
        }
        return new Answers.Refused(
                StatusCode.WRONG_CLUSTER,
                "this is cluster " + Long.toHexString(own) + ", and the caller belongs to "
                        + Long.toHexString(clusterId) + "; check the addresses of the controllers");
    }

    private static String hint(@Nullable Replica replica) {
        return replica == null ? "" : replica.leaderAddress();
    }
}

package io.ostraka.shardctrler.state;

import io.ostraka.proto.Feature;
import io.ostraka.proto.Limits;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.HostPort;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerCommand.RaiseLevel;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ControllerResult.Done;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import io.ostraka.shardctrler.command.ControllerResult.Refused;
import io.ostraka.shardctrler.command.ControllerResult.Unchanged;
import io.ostraka.shardctrler.command.PlannedOn;
import io.ostraka.shardctrler.command.ShardMove;
import io.ostraka.shardctrler.state.RecordedRequests.Recorded;
import io.ostraka.shardctrler.state.Registry.NodeFact;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The controller's state machine as a function: the same command on the same state gives the same everywhere. Every
 * command is checked here once more, whatever was checked before it was proposed, and none throws.
 */
public final class Transitions {

    /** Most nodes that can register. */
    static final int NODES_MAX = 10_000;

    /** Most controllers. */
    static final int CONTROLLERS_MAX = 15;

    private static final String NOT_INITIALISED =
            "the cluster is not initialised; run 'ostraka controller init' once, naming all controllers";

    private Transitions() {}

    /** What the command does to the state. */
    public static Transition apply(ControllerState state, ControllerCommand command) {
        if (command instanceof Initialise initialise) {
            return initialise(state, initialise);
        }
        ClusterConfig config = state.config();
        if (config == null) {
            return refused(state, Reason.NOT_INITIALISED, NOT_INITIALISED);
        }
        return switch (command) {
            case Initialise initialise -> initialise(state, initialise);
            case Administer administer -> administer(state, config, administer);
            case RegisterNode node -> register(state, config, node);
            case Report report -> Reports.apply(state, config, report);
            case RaiseLevel raise -> FeatureLevels.raise(state, config, raise.level());
        };
    }

    static Transition refused(ControllerState state, Reason reason, String message) {
        return new Transition(state, new Refused(reason, message), null);
    }

    private static Transition initialise(ControllerState state, Initialise command) {
        ClusterConfig config = state.config();
        if (config != null) {
            boolean same = config.clusterId() == command.clusterId()
                    && config.shardCount() == command.shards()
                    && state.registry().controllers().equals(command.members());
            return same
                    ? new Transition(
                            state, new Unchanged(config.num(), config.revision(), "the cluster is initialised"), null)
                    : refused(
                            state,
                            Reason.REJECTED,
                            "the cluster is initialised already, with " + config.shardCount()
                                    + " shards; that cannot be changed");
        }
        String problem = problemOf(command);
        if (problem != null) {
            return refused(state, Reason.INVALID, problem);
        }
        ControllerState next =
                command.restore() == null ? founded(state, command) : Restores.begin(command, command.restore());
        ClusterConfig first = configOf(next);
        String message = command.restore() == null
                ? "initialised with " + command.shards() + " shards"
                : "restored from a backup of revision "
                        + command.restore().config().revision();
        return new Transition(next, new Done(first.num(), first.revision(), List.of(), message), null);
    }

    private static ControllerState founded(ControllerState state, Initialise command) {
        return new ControllerState(
                ClusterConfig.founded(command.clusterId(), command.shards(), new ClusterTerms(command.featureLevel())),
                state.registry().withControllers(command.members()),
                state.settlements(),
                state.recoveries(),
                state.restoration(),
                state.history(),
                state.requests());
    }

    /** What is wrong with a request to found a cluster, or null. */
    public static @Nullable String problemOf(Initialise command) {
        if (command.clusterId() == 0) {
            return "the cluster needs an id other than 0";
        }
        if (command.shards() < 1 || command.shards() > Limits.SHARDS_MAX) {
            return "a cluster has from 1 to " + Limits.SHARDS_MAX + " shards, not "
                    + Integer.toUnsignedString(command.shards());
        }
        if (command.featureLevel() < Feature.BASE_LEVEL) {
            return "a cluster begins at feature level " + Feature.BASE_LEVEL + " or a later one, not "
                    + command.featureLevel();
        }
        if (command.members().isEmpty() || command.members().size() > CONTROLLERS_MAX) {
            return "a cluster has from 1 to " + CONTROLLERS_MAX + " controllers, not "
                    + command.members().size();
        }
        Set<Object> seen = new HashSet<>();
        for (ControllerMember member : command.members()) {
            String problem = HostPort.problemOf(member.address());
            if (problem != null) {
                return problem;
            }
            if (member.replicaId() <= 0 || member.nodeId() == 0) {
                return "controller " + member.address() + " has no replica id or node id; format it first";
            }
            if (!seen.add(member.address()) || !seen.add(member.replicaId())) {
                return "controller " + member.address() + " is named twice; name each once";
            }
        }
        return command.restore() == null ? null : Restores.problemOf(command, command.restore());
    }

    private static Transition administer(ControllerState state, ClusterConfig config, Administer command) {
        if (command.id().isAbsent()) {
            return refused(state, Reason.INVALID, "the request has no id; give it a random one, the same for repeats");
        }
        Optional<Recorded> repeated = state.requests().find(command.id());
        if (repeated.isPresent()) {
            return new Transition(state, repeated.get().result(), null);
        }
        PlannedOn on = command.plannedOn();
        if (on.num() != 0 && on.num() != config.num()) {
            return refused(
                    state,
                    Reason.STALE_PLAN,
                    "this was planned on configuration " + on.num() + ", and now it is " + config.num()
                            + "; plan again");
        }
        if (on.revision() != 0 && on.revision() != config.revision()) {
            return refused(
                    state,
                    Reason.STALE_PLAN,
                    "this was planned on revision " + on.revision() + ", and now it is " + config.revision()
                            + "; plan again");
        }
        return plan(state, config, command);
    }

    /** What a change would do to the state now, whoever asks and whatever it was planned on. */
    public static Transition dryRun(ControllerState state, Administer command) {
        ClusterConfig config = state.config();
        return config == null ? refused(state, Reason.NOT_INITIALISED, NOT_INITIALISED) : plan(state, config, command);
    }

    private static Transition plan(ControllerState state, ClusterConfig config, Administer command) {
        ConfigDraft draft = new ConfigDraft(state);
        return switch (ChangePlanner.plan(draft, state.history(), command.change())) {
            case PlannedChange.Rejected rejected -> refused(state, rejected.reason(), rejected.message());
            case PlannedChange.Needless needless ->
                recorded(state, command, new Unchanged(config.num(), config.revision(), needless.why()), null);
            case PlannedChange.Planned planned -> {
                List<ShardMove> moves = draft.moves();
                ConfigDraft.Drafted drafted = draft.finish(planned.newMap());
                ClusterConfig after = configOf(drafted.state());
                Done done = new Done(after.num(), after.revision(), moves, planned.message());
                yield recorded(drafted.state(), command, done, drafted.delta());
            }
        };
    }

    private static Transition recorded(
            ControllerState state, Administer command, ControllerResult result, @Nullable ConfigDelta delta) {
        Recorded recorded = switch (result) {
            case Done done -> new Recorded(command.id(), true, done.num(), done.revision(), done.message());
            case Unchanged unchanged ->
                new Recorded(command.id(), false, unchanged.num(), unchanged.revision(), unchanged.why());
            case Refused refused -> null;
        };
        return new Transition(
                recorded == null ? state : state.with(state.requests().and(recorded)), result, delta);
    }

    static ClusterConfig configOf(ControllerState state) {
        ClusterConfig config = state.config();
        if (config == null) {
            throw new IllegalStateException("a founded cluster has a configuration");
        }
        return config;
    }

    private static Transition register(ControllerState state, ClusterConfig config, RegisterNode node) {
        String problem = HostPort.problemOf(node.address());
        if (problem != null) {
            return refused(state, Reason.INVALID, problem);
        }
        if (node.nodeId() == 0) {
            return refused(state, Reason.INVALID, "node id 0 cannot register; a node draws its id with its directory");
        }
        NodeFact fact = state.registry().nodes().get(node.nodeId());
        if (fact != null && Long.compareUnsigned(node.startCounter(), fact.startCounter()) < 0) {
            return refused(
                    state,
                    Reason.SUPERSEDED,
                    "node " + Long.toHexString(node.nodeId()) + " was seen with start "
                            + Long.toUnsignedString(fact.startCounter()) + ", so what start "
                            + Long.toUnsignedString(node.startCounter()) + " says is from the past, or its data"
                            + " directory is an old copy");
        }
        if (fact == null && state.registry().nodes().size() >= NODES_MAX) {
            return refused(state, Reason.REJECTED, "the cluster has " + NODES_MAX + " nodes, the most it can have");
        }
        int common = config.terms().featureLevel();
        if (Math.max(Feature.BASE_LEVEL, node.featureLevel()) < common) {
            return refused(
                    state,
                    Reason.REJECTED,
                    "all nodes of this cluster know feature level " + common
                            + ", so its logs may hold entries that node "
                            + Long.toHexString(node.nodeId()) + ", which knows level " + node.featureLevel()
                            + ", cannot apply; start it with a newer version");
        }
        NodeFact newFact = new NodeFact(node.startCounter(), node.featureLevel());
        boolean sameAddress = config.addressOf(node.nodeId()).equals(Optional.of(node.address()));
        if (sameAddress && newFact.equals(fact)) {
            return new Transition(
                    state, new Unchanged(config.num(), config.revision(), "the node is registered already"), null);
        }
        ConfigDraft draft = new ConfigDraft(state);
        draft.registry(state.registry().with(node));
        if (!sameAddress) {
            config.nodeAt(node.address()).ifPresent(taken -> {
                draft.put(new NodeRow(taken.nodeId(), ""));
                draft.markReplicas(taken.nodeId(), true);
            });
            draft.put(new NodeRow(node.nodeId(), node.address()));
            draft.markReplicas(node.nodeId(), false);
        }
        ConfigDraft.Drafted drafted = draft.finish(false);
        ClusterConfig after = configOf(drafted.state());
        return new Transition(
                drafted.state(),
                new Done(after.num(), after.revision(), List.of(), "registered at " + node.address()),
                drafted.delta());
    }
}

package io.ostraka.shardctrler.state;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.shardctrler.command.ControllerCommand.RaiseLevel;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult.Done;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import io.ostraka.shardctrler.command.ControllerResult.Unchanged;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When the cluster's level rises (DESIGN section 8). Nodes say what they know when they register, which is part of the
 * state; controllers do not register, so whoever leads asks them, and what it found reaches the others as an entry of
 * the log that says nothing else. Were the level a consequence of any other entry, controllers of two versions would
 * make different configurations of one log. Pure.
 */
public final class FeatureLevels {

    private FeatureLevels() {}

    /**
     * The level that can be proposed now, if it is above the cluster's.
     *
     * @param controllers the level of each controller that has answered, by its node
     */
    public static Optional<RaiseLevel> next(ControllerState state, Map<Long, Integer> controllers) {
        ClusterConfig config = state.config();
        if (config == null) {
            return Optional.empty();
        }
        int level = Math.min(Feature.NEWEST_LEVEL, ofNodes(state, config));
        for (ControllerMember member : state.registry().controllers()) {
            level = Math.min(level, controllers.getOrDefault(member.nodeId(), Feature.BASE_LEVEL));
        }
        return level > config.terms().featureLevel() ? Optional.of(new RaiseLevel(level)) : Optional.empty();
    }

    /** What is wrong with a state for a controller of this version, or null. */
    public static @Nullable String problemOf(ControllerState state) {
        ClusterConfig config = state.config();
        return config == null || config.terms().featureLevel() <= Feature.NEWEST_LEVEL
                ? null
                : "the cluster has feature level " + config.terms().featureLevel() + ", and this version knows "
                        + Feature.NEWEST_LEVEL + ": start this controller with a newer version";
    }

    static Transition raise(ControllerState state, ClusterConfig config, int level) {
        if (level <= config.terms().featureLevel()) {
            return new Transition(
                    state,
                    new Unchanged(config.num(), config.revision(), "the cluster has that feature level already"),
                    null);
        }
        if (level > ofNodes(state, config)) {
            return Transitions.refused(state, Reason.REJECTED, "some nodes do not know feature level " + level);
        }
        ConfigDraft draft = new ConfigDraft(state);
        draft.terms(config.terms().withFeatureLevel(level));
        ConfigDraft.Drafted drafted = draft.finish(false);
        ClusterConfig after = Transitions.configOf(drafted.state());
        return new Transition(
                drafted.state(),
                new Done(after.num(), after.revision(), List.of(), "the cluster has feature level " + level),
                drafted.delta());
    }

    /** The level that all nodes know: those with an address, and those that run replicas although theirs was taken. */
    private static int ofNodes(ControllerState state, ClusterConfig config) {
        return config.nodes().values().stream()
                .filter(node -> !node.address().isEmpty() || hasReplica(config, node))
                .mapToInt(node -> state.registry().featureLevel(node.nodeId()))
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    private static boolean hasReplica(ClusterConfig config, NodeRow node) {
        return config.groups().values().stream()
                .filter(group -> !group.retired())
                .map(GroupRow::replicas)
                .flatMap(List::stream)
                .mapToLong(ReplicaRow::nodeId)
                .anyMatch(holder -> holder == node.nodeId());
    }
}

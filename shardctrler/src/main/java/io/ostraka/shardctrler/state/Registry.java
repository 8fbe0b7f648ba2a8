package io.ostraka.shardctrler.state;

import io.ostraka.proto.Feature;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerMember;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who belongs to the cluster beside what watchers see: the controllers, the facts of the nodes, and the replica ids
 * that are still free. Immutable.
 *
 * @param controllers the controllers; empty before the cluster is founded
 * @param nodes facts by node id
 * @param nextReplicaId the next replica id that no group has had
 */
public record Registry(List<ControllerMember> controllers, SortedMap<Long, NodeFact> nodes, long nextReplicaId) {

    /** Of a cluster that is not founded. */
    public static final Registry EMPTY = new Registry(List.of(), new TreeMap<>(), 1);

    /**
     * What else is known of a registered node.
     *
     * @param startCounter highest count of its starts that was seen
     * @param featureLevel newest level of {@link Feature} that it knows; 0 from a version that knows none of them
     */
    public record NodeFact(long startCounter, int featureLevel) {}

    /** Copies list and map. */
    public Registry {
        controllers = List.copyOf(controllers);
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
    }

    /** The address at which a controller was founded. */
    public Optional<String> controllerAddress(long nodeId) {
        return controllers.stream()
                .filter(member -> member.nodeId() == nodeId)
                .map(ControllerMember::address)
                .findFirst();
    }

    /** The level that a node reported; a version that reports none knows the first. */
    int featureLevel(long nodeId) {
        NodeFact fact = nodes.get(nodeId);
        return fact == null ? Feature.BASE_LEVEL : Math.max(Feature.BASE_LEVEL, fact.featureLevel());
    }

    Registry with(RegisterNode node) {
        TreeMap<Long, NodeFact> more = new TreeMap<>(nodes);
        more.put(node.nodeId(), new NodeFact(node.startCounter(), node.featureLevel()));
        return new Registry(controllers, more, nextReplicaId);
    }

    Registry withControllers(List<ControllerMember> members) {
        return new Registry(members, nodes, nextReplicaId);
    }

    Registry withNextReplicaId(long next) {
        return new Registry(controllers, nodes, next);
    }
}

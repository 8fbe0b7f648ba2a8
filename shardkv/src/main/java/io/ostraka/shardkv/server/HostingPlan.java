package io.ostraka.shardkv.server;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node has to do about its replicas, from the configuration and from what its directory holds (DESIGN section
 * 8). Pure.
 *
 * <p>A replica is created only while the controller has not recorded it as created, and votes only once it has. So a
 * node that lost its disk does not begin anew under the old replica's id: what is recorded and not here is missing, and
 * stays so. A replica is removed only if the configuration is as new as its group and does not have it: a group's
 * identity never comes back. One whose group the controllers may have lost when they were restored from a backup is
 * kept, and told them.
 */
final class HostingPlan {

    /** One thing to do. */
    sealed interface Step {

        /** The replica that it is about. */
        default ReplicaId id() {
            return switch (this) {
                case Create step -> step.replica().replica();
                case Report step -> step.replica().replica();
                case Run step -> step.replica().replica();
                case Remove step -> step.replica().replica();
                case Missing step -> step.replica();
                case Tell step -> step.replica().replica();
            };
        }

        /** Create it durably, then report it. */
        record Create(ReplicaDescriptor replica) implements Step {}

        /** It is there; the controller has not recorded that yet. */
        record Report(ReplicaDescriptor replica) implements Step {}

        /** It is there and recorded: it may run. */
        record Run(ReplicaDescriptor replica) implements Step {}

        /** Its group is gone, or goes on without it: remove it with all its data. */
        record Remove(ReplicaDescriptor replica) implements Step {}

        /** The controllers do not know its group, which may live. */
        record Tell(ReplicaDescriptor replica) implements Step {}

        /** It was created once and is not in this directory. Not created again. */
        record Missing(GroupId group, ReplicaId replica) implements Step {}
    }

    private HostingPlan() {}

    /**
     * The steps, in the order of the configuration; replicas of the controller's own group are none of its business.
     *
     * @param here the directory's replicas by id
     * @param knownSince the groups that the controllers have known since they were restored last: these they do not
     *     lose
     */
    static List<Step> of(
            ClusterConfig config, NodeId self, Map<ReplicaId, ReplicaDescriptor> here, Set<GroupRef> knownSince) {
        List<Step> steps = new ArrayList<>();
        for (GroupRow group : config.groups().values()) {
            for (ReplicaRow row : group.replicas()) {
                ReplicaDescriptor local = here.get(new ReplicaId(row.replicaId()));
                // Of a group that was given up nobody makes or misses a replica; what is there runs on, to hear of it.
                if (row.nodeId() == self.value() && (local != null || !group.retired())) {
                    steps.add(stepFor(group, row, local));
                } else if (row.nodeId() == 0 && local != null) {
                    // The controllers have heard of the group from others, and do not know yet who has this one.
                    steps.add(new Step.Run(local));
                    steps.add(new Step.Tell(local));
                }
            }
        }
        for (ReplicaDescriptor local : here.values()) {
            if (isGone(config, local)) {
                boolean lost = config.terms().mayHaveLost(local.group().incarnation())
                        && !knownSince.contains(ShardAdmission.ref(local.group()));
                steps.add(lost ? new Step.Tell(local) : new Step.Remove(local));
            }
        }
        return steps;
    }

    private static Step stepFor(GroupRow group, ReplicaRow row, @Nullable ReplicaDescriptor local) {
        if (local != null) {
            return row.created() ? new Step.Run(local) : new Step.Report(local);
        }
        GroupId id = groupId(group.ref());
        ReplicaId replica = new ReplicaId(row.replicaId());
        return row.created()
                ? new Step.Missing(id, replica)
                : new Step.Create(new ReplicaDescriptor(id, replica, founding(group), false));
    }

    private static boolean isGone(ClusterConfig config, ReplicaDescriptor local) {
        GroupRef ref = new GroupRef(local.group().gid(), local.group().incarnation());
        if (ref.equals(GroupRef.CONTROLLER) || config.num() < ref.incarnation()) {
            return false;
        }
        return config.group(ref)
                .flatMap(group -> group.replica(local.replica().value()))
                .isEmpty();
    }

    private static Membership founding(GroupRow group) {
        return Membership.of(group.replicas().stream()
                .map(row -> new ReplicaId(row.replicaId()))
                .sorted()
                .toList());
    }

    /** The identity of a group as Raft names it. */
    static GroupId groupId(GroupRef ref) {
        return new GroupId(ref.gid(), ref.incarnation());
    }
}

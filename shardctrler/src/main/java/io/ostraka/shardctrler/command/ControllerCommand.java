package io.ostraka.shardctrler.command;

import io.ostraka.proto.Feature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A command of the controller's log. Whether it makes sense is decided when it is applied. */
public sealed interface ControllerCommand {

    /**
     * Founds the cluster, once.
     *
     * @param clusterId random identity of the cluster
     * @param shards number of shards, fixed for ever
     * @param members the controllers
     * @param featureLevel level of {@link Feature} at which it begins
     * @param restore null if the cluster is new; else what is known of it
     */
    record Initialise(
            long clusterId,
            int shards,
            List<ControllerMember> members,
            int featureLevel,
            @Nullable Restore restore) implements ControllerCommand {

        /** Copies the list. */
        public Initialise {
            members = List.copyOf(members);
        }

        /** Founds a new cluster. */
        public Initialise(long clusterId, int shards, List<ControllerMember> members, int featureLevel) {
            this(clusterId, shards, members, featureLevel, null);
        }
    }

    /**
     * An administrator's change of the plan.
     *
     * @param id recognises repeats
     * @param plannedOn what it was planned on: refused if that is another by then
     * @param change what to change
     */
    record Administer(RequestId id, PlannedOn plannedOn, Change change) implements ControllerCommand {

        /** One that may have been planned on any revision of a map; {@code plannedOnNum} 0: on any map. */
        public Administer(RequestId id, long plannedOnNum, Change change) {
            this(id, new PlannedOn(plannedOnNum, 0), change);
        }
    }

    /**
     * A node says where it is.
     *
     * @param nodeId identity of the node
     * @param address {@code host:port} of its server
     * @param startCounter durable count of its starts: what counts lower than seen is from the past
     * @param featureLevel newest level of {@link Feature} that the node knows
     */
    record RegisterNode(long nodeId, String address, long startCounter, int featureLevel)
            implements ControllerCommand {}

    /**
     * Raises the cluster's level of {@link Feature}. Proposed by a leader that has heard of every controller that it
     * knows the level: an entry of the log of its own, so that a controller which does not know it can tell.
     *
     * @param level the new level
     */
    record RaiseLevel(int level) implements ControllerCommand {}

    /**
     * What nodes and groups say of themselves.
     *
     * @param created replicas that now exist durably
     * @param claims shards that nobody owns, asked for by the group that is to have them
     * @param owners what the groups' own logs say of shards
     * @param hosted replicas of groups that the configuration does not have
     * @param known the groups that a group's log knows
     */
    record Report(
            List<Created> created, List<Claim> claims, List<OwnerReport> owners, List<Hosted> hosted, KnownGroups known)
            implements ControllerCommand {

        /** Copies the lists. */
        public Report {
            created = List.copyOf(created);
            claims = List.copyOf(claims);
            owners = List.copyOf(owners);
            hosted = List.copyOf(hosted);
        }

        /** A report of groups that the configuration has. */
        public Report(List<Created> created, List<Claim> claims, List<OwnerReport> owners) {
            this(created, claims, owners, List.of(), KnownGroups.NONE);
        }

        /** Whether it says nothing. */
        public boolean isEmpty() {
            return created.isEmpty()
                    && claims.isEmpty()
                    && owners.isEmpty()
                    && hosted.isEmpty()
                    && known.equals(KnownGroups.NONE);
        }
    }
}

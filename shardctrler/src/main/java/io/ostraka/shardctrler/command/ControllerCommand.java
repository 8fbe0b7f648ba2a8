package io.ostraka.shardctrler.command;

import java.util.List;

/** A command of the controller's log. Whether it makes sense is decided when it is applied. */
public sealed interface ControllerCommand {

    /**
     * Founds the cluster, once.
     *
     * @param clusterId random identity of the cluster
     * @param shards number of shards, fixed for ever
     * @param members the controllers
     */
    record Initialise(long clusterId, int shards, List<ControllerMember> members) implements ControllerCommand {

        /** Copies the list. */
        public Initialise {
            members = List.copyOf(members);
        }
    }

    /**
     * An administrator's change of the plan.
     *
     * @param id recognises repeats
     * @param plannedOnNum number of the map that it was planned on, 0 for any: refused if it is another by then
     * @param change what to change
     */
    record Administer(RequestId id, long plannedOnNum, Change change) implements ControllerCommand {}

    /**
     * A node says where it is.
     *
     * @param nodeId identity of the node
     * @param address {@code host:port} of its server
     * @param startCounter durable count of its starts: what counts lower than seen is from the past
     * @param featureLevel newest kind of log entry that the node understands
     */
    record RegisterNode(long nodeId, String address, long startCounter, int featureLevel)
            implements ControllerCommand {}

    /**
     * What nodes and groups say of themselves.
     *
     * @param created replicas that now exist durably
     * @param claims shards that nobody owns, asked for by the group that is to have them
     * @param owners what the groups' own logs say of shards
     */
    record Report(List<Created> created, List<Claim> claims, List<OwnerReport> owners) implements ControllerCommand {

        /** Copies the lists. */
        public Report {
            created = List.copyOf(created);
            claims = List.copyOf(claims);
            owners = List.copyOf(owners);
        }

        /** Whether it says nothing. */
        public boolean isEmpty() {
            return created.isEmpty() && claims.isEmpty() && owners.isEmpty();
        }
    }
}

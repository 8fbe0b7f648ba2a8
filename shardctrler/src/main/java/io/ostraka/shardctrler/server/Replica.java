package io.ostraka.shardctrler.server;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.machine.ControllerStateMachine;
import io.ostraka.shardctrler.machine.ControllerStateMachine.Published;
import org.jspecify.annotations.Nullable;

/**
 * A controller replica that takes part.
 *
 * @param group the replica in its host
 * @param machine its state
 * @param founding what it was founded with
 */
record Replica(RaftGroup<ControllerResult> group, ControllerStateMachine machine, Initialise founding) {

    Published published() {
        return machine.published();
    }

    /** The address of the leader, empty if it is not known. */
    String leaderAddress() {
        return addressOf(group.leadership().leader());
    }

    /** Whether this replica hears of a leader, and so may vouch for what it knows. */
    boolean hasLeader() {
        Leadership leadership = group.leadership();
        return leadership.leads() || leadership.leader() != null;
    }

    /** The address of a controller, as it registered if it is also a node, else as it was founded. */
    String addressOf(@Nullable ReplicaId replica) {
        if (replica == null) {
            return "";
        }
        for (ControllerMember member : founding.members()) {
            if (member.replicaId() == replica.value()) {
                ClusterConfig config = published().state().config();
                return config == null
                        ? member.address()
                        : config.addressOf(member.nodeId()).orElse(member.address());
            }
        }
        return "";
    }
}

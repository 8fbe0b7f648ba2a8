package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.message.Message;

/**
 * A Raft message with the identity of the group it belongs to. Cluster id and start counter belong to the session that
 * carries it.
 *
 * @param group the group with its incarnation: a receiver drops what is for another incarnation
 * @param message the message, which names sender and receiver
 */
public record Envelope(GroupId group, Message message) implements PeerMessage {

    /** Returns the sending replica. */
    public ReplicaId from() {
        return message.from();
    }

    /** Returns the replica that is meant. */
    public ReplicaId to() {
        return message.to();
    }
}

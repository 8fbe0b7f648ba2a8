package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.ReplicaId;
import org.jspecify.annotations.Nullable;

/** Why a request was refused before anything was done about it. */
public sealed interface Refusal {

    /**
     * This replica does not lead.
     *
     * @param leader who does, if known
     */
    record NotLeader(@Nullable ReplicaId leader) implements Refusal {}

    /** Too much is waiting; trying again a little later helps. */
    record Overloaded() implements Refusal {}

    /** Leadership is being handed over; another replica leads in a moment. */
    record Transferring() implements Refusal {}

    /** The replica is closed, or has stopped because it can no longer be trusted. */
    record Stopped() implements Refusal {}
}

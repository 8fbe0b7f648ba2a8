package io.ostraka.raft.runtime.statemachine;

import io.ostraka.raft.core.ReplicaId;
import org.jspecify.annotations.Nullable;

/** A change of who leads the group, as the state machine of one replica sees it, in the order of the terms. */
public sealed interface LeadershipEvent {

    /** Returns the term that the event belongs to. */
    long term();

    /**
     * This replica leads: delivered after the no-op of {@code term} was applied, hence with everything applied that any
     * earlier leader acknowledged. Left out where the leadership is gone by then.
     *
     * @param term the term it leads
     */
    record Leader(long term) implements LeadershipEvent {}

    /**
     * This replica does not lead, delivered as soon as that is known.
     *
     * @param term the replica's term
     * @param leader who leads it, if known
     */
    record Follower(long term, @Nullable ReplicaId leader) implements LeadershipEvent {}
}

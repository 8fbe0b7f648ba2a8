package io.ostraka.raft.core.role;

import io.ostraka.raft.core.ReplicaId;
import org.jspecify.annotations.Nullable;

/** What a role asks for after an input; only {@link RoleMachine} carries it out. */
sealed interface Transition {

    /** Stays in its role. */
    Transition STAY = new Stay();

    /** Stays in its role. */
    record Stay() implements Transition {}

    /** Follows, in this term or a later one. */
    record Follow(long term, @Nullable ReplicaId leader) implements Transition {}

    /** Asks whether an election could be won. */
    record Canvass() implements Transition {}

    /** Stands for election in the next term. */
    record Stand(boolean transfer) implements Transition {}

    /** Leads its term. */
    record Lead() implements Transition {}
}

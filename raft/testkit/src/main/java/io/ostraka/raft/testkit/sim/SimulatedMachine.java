package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.StateMachine;

/** A state machine that knows the hash of its whole history, which is what it answers to each command. */
interface SimulatedMachine extends StateMachine<Long> {

    /** The bytes of a command before its filling: its number. */
    int NUMBER_BYTES = Long.BYTES;

    /** A state: how far it has got, the hash of its history, and whether that is known to be a lie. */
    record Tally(AppliedState at, long hash, boolean quarantined) {
        static Tally empty(Membership membership) {
            return new Tally(new AppliedState(LogPosition.ZERO, membership), Chain.EMPTY, false);
        }
    }

    /** What a machine tells about each entry. */
    interface Witness {
        void applied(Entry entry, long hash);
    }

    /** Returns the present state. */
    Tally tally();

    /** Returns what a crash leaves. */
    Tally durableTally();

    /** Completes a flush that began when the state was {@code flushed}. */
    void flushed(Tally flushed);

    /** Its state turns out not to be what it should be. */
    void quarantine();
}

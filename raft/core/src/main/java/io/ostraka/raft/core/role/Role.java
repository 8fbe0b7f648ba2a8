package io.ostraka.raft.core.role;

import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.message.Message;

/**
 * A replica in one role for one stretch of time. Roles answer inputs and ask for transitions; they never change the
 * role themselves and know nothing of one another.
 */
sealed interface Role permits Follower, PreCandidate, Candidate, Leader {

    RoleKind kind();

    /** Begins the role; called once. */
    Transition enter();

    /** Time has passed. */
    Transition tick();

    /** Before this time {@link #tick} changes nothing, unless another input comes first. */
    long dueNanos();

    /**
     * A message of the current term, sent by a replica of the group. Messages that only a leader sends come to a
     * follower of it.
     */
    Transition receive(Message message);

    void propose(Propose proposal);

    void read(Read read);

    /** Ends a step: sends, counts and answers what this step's inputs made possible. */
    Transition finish();

    /** Ends the role, when term and leader are already those of its successor. */
    void leave();
}

package io.ostraka.raft.core.role;

import io.ostraka.raft.core.ReplicaId;
import org.jspecify.annotations.Nullable;

/**
 * A hand-over of leadership (thesis, section 3.10): proposals are refused, the target is brought up to date and asked
 * to stand for election. It is given up when the target does not lead within an election timeout.
 */
final class Transfer {

    private @Nullable ReplicaId target;
    private long deadlineNanos;
    private boolean asked;

    void begin(ReplicaId to, long deadline) {
        if (!to.equals(target)) {
            target = to;
            deadlineNanos = deadline;
            asked = false;
        }
    }

    /** Gives up when the time is over. */
    void tick(long nowNanos) {
        if (target != null && nowNanos >= deadlineNanos) {
            target = null;
        }
    }

    @Nullable
    ReplicaId target() {
        return target;
    }

    boolean isUnderWay() {
        return target != null;
    }

    /** Whether the target is still to be asked. */
    boolean isToBeAsked() {
        return target != null && !asked;
    }

    void asked() {
        asked = true;
    }

    /** The question may have been lost; asked twice, the target does no more than asked once. */
    void askAgain() {
        asked = false;
    }
}

package io.ostraka.raft.testkit.sim;

import org.jspecify.annotations.Nullable;

/** A run did what no run may do. */
public final class InvariantViolation extends AssertionError {

    private static final long serialVersionUID = 1;

    private final Invariant invariant;

    /** Says which rule was broken, and how. */
    public InvariantViolation(Invariant invariant, String what) {
        this(invariant, what, null);
    }

    /** Says which rule was broken, how, and because of what. */
    public InvariantViolation(Invariant invariant, String what, @Nullable Throwable cause) {
        super(invariant + ": " + what, cause);
        this.invariant = invariant;
    }

    /** Returns the rule. */
    public Invariant invariant() {
        return invariant;
    }
}

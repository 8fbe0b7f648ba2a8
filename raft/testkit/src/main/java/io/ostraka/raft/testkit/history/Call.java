package io.ostraka.raft.testkit.history;

/**
 * One call of a client: what it asked for, when, and how that ended. Immutable if its operation and result are.
 *
 * @param id different for each call of a history
 * @param process whose call it was, for people; calls of one process may overlap
 * @param operation what was asked for
 * @param calledNanos when, in virtual or real nanoseconds; only differences mean something
 * @param outcome how it ended
 */
public record Call<O, R>(int id, String process, O operation, long calledNanos, Outcome<R> outcome) {

    /** Refuses a call that returned before it was made. */
    public Call {
        if (outcome instanceof Outcome.Returned<R> returned && returned.atNanos() < calledNanos) {
            throw new IllegalArgumentException(
                    "call " + id + " returned at " + returned.atNanos() + ", before it was made at " + calledNanos);
        }
    }

    /** What was asked and what was told, on one line. */
    @Override
    public String toString() {
        return operation + " -> " + outcome;
    }
}

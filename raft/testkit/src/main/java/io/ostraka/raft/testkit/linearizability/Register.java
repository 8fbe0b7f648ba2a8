package io.ostraka.raft.testkit.linearizability;

import org.jspecify.annotations.Nullable;

/**
 * The value of a key that is there.
 *
 * @param value null: one that no get of the history found, nor began with, so that it need not be told from others
 * @param least the least revision that it can have, as far as is known
 * @param most the highest one; {@link Long#MAX_VALUE}: any
 */
public record Register(@Nullable String value, long least, long most) {

    boolean admits(long revision) {
        return least <= revision && revision <= most;
    }

    /** The same, now that its revision is known; 0: it is not. */
    Register at(long revision) {
        return revision == 0 ? this : new Register(value, revision, revision);
    }

    Register atMost(long revision) {
        return revision < most ? new Register(value, least, revision) : this;
    }
}

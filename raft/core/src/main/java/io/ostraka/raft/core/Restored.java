package io.ostraka.raft.core;

import io.ostraka.raft.core.membership.Membership;
import java.util.List;

/**
 * What a replica has on disk when it starts.
 *
 * <p>The host raises {@code hardState.commit} to what its state machine has applied. Whatever is committed after
 * {@code base} is emitted again; a host whose state machine is further says so with
 * {@link io.ostraka.raft.core.input.Applied} before anything else.
 *
 * @param hardState term, vote and commit
 * @param base the point up to which the state machine's own storage stands for the log
 * @param membershipAtBase the membership in force at {@code base}
 * @param entries the log after {@code base}, contiguous
 */
public record Restored(HardState hardState, LogPosition base, Membership membershipAtBase, List<Entry> entries) {

    /** Copies the list of entries. */
    public Restored {
        entries = List.copyOf(entries);
    }

    /** A replica that was just created and has seen nothing. */
    public static Restored fresh(Membership membership) {
        return new Restored(HardState.INITIAL, LogPosition.ZERO, membership, List.of());
    }

    /** Whether nothing ever happened to this replica: term 0 and an empty log. */
    public boolean isFresh() {
        return hardState.term() == 0 && base.index() == 0 && entries.isEmpty();
    }
}

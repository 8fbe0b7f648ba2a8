package io.ostraka.raft.core;

import org.jspecify.annotations.Nullable;

/**
 * What a replica must remember over a crash besides its log (paper, figure 2).
 *
 * @param term the latest term that it has seen
 * @param vote whom it voted for in that term
 * @param commit an index known to be committed; saved with whatever else is written, so it may lag behind, and never by
 *     itself a reason to sync
 */
public record HardState(long term, @Nullable ReplicaId vote, long commit) {

    /** The state of a replica that has seen nothing yet. */
    public static final HardState INITIAL = new HardState(0, null, 0);
}

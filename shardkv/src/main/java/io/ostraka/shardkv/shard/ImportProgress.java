package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Digest;

/**
 * How far an import is, as the importer's log knows it.
 *
 * @param lastBaseKey the last key of the base that is logged; empty: none
 * @param baseComplete whether the whole base is logged
 * @param revision every change up to this shard revision is logged, once the base is complete: the lowest revision
 *     among the base chunks, then what rounds reached; {@link #NO_REVISION} before the first chunk
 * @param digest over the items held so far, tombstones left out
 * @param chunks how many chunks were logged
 */
public record ImportProgress(Bytes lastBaseKey, boolean baseComplete, long revision, Digest digest, long chunks) {

    /** Above every revision: the minimum with the first chunk's is the chunk's. */
    public static final long NO_REVISION = Long.MAX_VALUE;

    /** Nothing is logged. */
    public static final ImportProgress NONE = new ImportProgress(Bytes.EMPTY, false, NO_REVISION, Digest.EMPTY, 0);
}

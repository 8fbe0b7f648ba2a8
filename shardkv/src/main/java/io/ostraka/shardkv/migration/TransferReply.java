package io.ostraka.shardkv.migration;

import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardItem;
import java.util.List;

/** What a source's leader says to an importer's leader, on the stream of one hand-over. */
public sealed interface TransferReply {

    /** The hand-over. */
    ExportName name();

    /**
     * {@code BeginExport} is logged.
     *
     * @param bytes estimated size of the shard
     */
    record Opened(ExportName name, long bytes) implements TransferReply {}

    /**
     * Items of the base, in key order.
     *
     * @param sequence its place on this stream, from 0
     * @param last whether the base ends with it
     * @param snapshotRevision the shard's revision in the snapshot that it was read from
     */
    record Chunk(ExportName name, long sequence, List<ShardItem> items, boolean last, long snapshotRevision)
            implements TransferReply {

        /** Keeps its own copy. */
        public Chunk {
            items = List.copyOf(items);
        }
    }

    /**
     * The shard is frozen, and this is the rest.
     *
     * @param items changes above the revision that the importer has logged
     * @param revision the shard's revision at the freeze
     * @param shardTimeMillis its time at the freeze
     * @param floorMillis the floor of its sessions
     * @param digest over all its items
     */
    record LastRound(
            ExportName name,
            List<ShardItem> items,
            long revision,
            long shardTimeMillis,
            long floorMillis,
            Digest digest)
            implements TransferReply {

        /** Keeps its own copy. */
        public LastRound {
            items = List.copyOf(items);
        }
    }

    /** {@code CancelExport} of this id is logged. */
    record Cancelled(ExportName name) implements TransferReply {}

    /** Not now, or never. */
    record Refused(ExportName name, Refusal refusal) implements TransferReply {}

    /** The source keeps nothing of this hand-over any more. */
    record CleanedUp(ExportName name) implements TransferReply {}

    /** The source is still at what it was asked for: a sign of life, so that the importer does not take it for hung. */
    record AtWork(ExportName name) implements TransferReply {}

    /** Why a source's leader refuses. */
    enum Refusal {
        /** The source's log does not allow it yet: it lags behind the plan. */
        RETRY_AFTER,
        /** Too late to cancel: the shard is frozen for this very hand-over, which must be finished. */
        FROZEN
    }
}

package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.ExportName;

/** What an importer's leader says to a source's leader, on the stream of one hand-over. */
public sealed interface TransferRequest {

    /** The hand-over. */
    ExportName name();

    /**
     * First on a stream: asks for the export, or resumes it.
     *
     * @param lastBaseKey the last item of the base that the importer has logged; empty: none
     * @param baseComplete whether it has logged the whole base
     * @param revision everything up to this shard revision is logged, if the base is
     */
    record Open(ExportName name, Bytes lastBaseKey, boolean baseComplete, long revision) implements TransferRequest {}

    /**
     * Opens the window for more chunks.
     *
     * @param chunksLogged chunks of this stream that the importer has logged
     */
    record Progress(ExportName name, long chunksLogged) implements TransferRequest {}

    /** The importer's leader has just proved its quorum and disk space. */
    record AskFreeze(ExportName name) implements TransferRequest {}

    /** The importer has committed its activation: the source may clean up. */
    record Activated(ExportName name) implements TransferRequest {}

    /** The importer wants to give up. */
    record AskCancel(ExportName name) implements TransferRequest {}
}

package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.LogWrite;
import org.jspecify.annotations.Nullable;

/** What the host's replicas share. Safe for any thread. */
interface HostServices {

    HostOptions options();

    /** Writes to the log. */
    void write(LogWrite write, LogStore.Completion completion);

    Worker applyThread();

    Worker flushThread();

    SnapshotTransport snapshots();

    GroupFailureListener failures();

    /** Sends a message to the node that hosts its receiver; false if it was dropped. */
    boolean send(Envelope envelope);

    /** Returns the node that hosts {@code replica}, or null if nobody has said. */
    @Nullable
    NodeId nodeOf(ReplicaId replica);

    /** Returns how much flushed log one replica may keep for its followers. */
    RetainedLog retainedLog();

    /** Returns the time. */
    long now();
}

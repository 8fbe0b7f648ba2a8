package io.ostraka.raft.core.replication;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.log.RaftLog;
import io.ostraka.raft.core.message.AppendRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides which append a follower gets next, if any. */
public final class Replicator {

    private final RaftConfig config;
    private final ReplicaId self;
    private final long term;
    private final RaftLog log;

    /** The replicator of one leader's term. */
    public Replicator(RaftConfig config, ReplicaId self, long term, RaftLog log) {
        this.config = config;
        this.self = self;
        this.term = term;
        this.log = log;
    }

    /** Whether the log no longer reaches back to what this follower needs next, so that it needs a snapshot. */
    public boolean needsSnapshot(Progress progress) {
        return mayAppend(progress) && progress.next() <= log.base().index();
    }

    /** The next append for this follower, or null if it has all, its window is full, or it needs a snapshot. */
    public @Nullable AppendRequest next(Progress progress, long round, long nowNanos) {
        if (!mayAppend(progress) || progress.next() <= log.base().index()) {
            return null;
        }
        long from = progress.next();
        List<Entry> entries =
                log.batchFrom(from, config.maxAppendBytes(), progress.entriesLeft(config.inflightEntriesMax()));
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.sizeBytes();
        }
        progress.sent(entries.size(), bytes, nowNanos);
        return request(progress, from - 1, entries, round);
    }

    /**
     * An append without entries that asks whether everything sent so far has arrived, or null if that makes no sense.
     */
    public @Nullable AppendRequest question(Progress progress, long round, long nowNanos) {
        long prev = progress.next() - 1;
        if (!log.knows(prev)) {
            // Released meanwhile: whatever was lost on the way can only come as a snapshot.
            progress.restart();
            return null;
        }
        progress.sent(0, 0, nowNanos);
        return request(progress, prev, List.of(), round);
    }

    private boolean mayAppend(Progress progress) {
        return progress.maySend(log.lastIndex(), config.inflightEntriesMax(), config.inflightBytesMax());
    }

    private AppendRequest request(Progress progress, long prevIndex, List<Entry> entries, long round) {
        LogPosition prev = new LogPosition(prevIndex, log.termAt(prevIndex));
        return new AppendRequest(self, progress.peer(), term, prev, entries, log.commit(), round);
    }
}

package io.ostraka.raft.core.message;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import java.util.List;

/**
 * Entries to append after {@code prev} (paper, section 5.3). Without entries it asks whether the logs agree at
 * {@code prev}.
 *
 * @param from who sends it
 * @param to for whom it is
 * @param term the sender's term
 * @param prev the position before the first entry
 * @param entries the entries, shared with the sender's log
 * @param commit the leader's commit index
 * @param round the leader's latest round
 */
public record AppendRequest(
        ReplicaId from, ReplicaId to, long term, LogPosition prev, List<Entry> entries, long commit, long round)
        implements Message {

    /** Copies the list of entries, unless it is immutable already. */
    public AppendRequest {
        entries = List.copyOf(entries);
    }

    /** Whether indexes are contiguous, terms do not fall, and neither is beyond what the sender's term allows. */
    public boolean isWellFormed() {
        if (prev.index() < 0
                || prev.term() < 0
                || prev.term() > term
                || commit < 0
                || (prev.index() == 0) != (prev.term() == 0)) {
            return false;
        }
        long index = prev.index();
        long entryTerm = prev.term();
        for (Entry entry : entries) {
            if (index == Long.MAX_VALUE || entry.index() != index + 1 || entry.term() < entryTerm) {
                return false;
            }
            index = entry.index();
            entryTerm = entry.term();
        }
        return entryTerm <= term && (entries.isEmpty() || entries.getFirst().term() > 0);
    }
}

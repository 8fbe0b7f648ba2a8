package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.SnapshotNeeded;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.storage.LogWrite;
import java.util.List;

/**
 * What a {@link ReplicaDriver} needs done by others. None of it blocks, and none of it calls the driver back before it
 * has returned. The calls to {@link #apply}, {@link #leadershipChanged} and {@link #sendSnapshot} take effect in their
 * order.
 *
 * @param <R> what applying one command answers
 */
public interface ReplicaPorts<R> {

    /** Writes to the log; once it is durable, {@link ReplicaDriver#written} is called with it. */
    void write(LogWrite write);

    /** Sends a message, or loses it. */
    void send(Message message);

    /** Applies committed entries and answers those who wait for them; then {@link ReplicaDriver#applied} is called. */
    void apply(List<Entry> entries, List<ProposalWaiter<R>> waiters);

    /** Tells the state machine who leads; that this replica does only once the no-op of the term is applied. */
    void leadershipChanged(LeadershipEvent event);

    /** Answers reads once the state has reached the index. */
    void readable(ReadResult.Ready readable, List<ReadCallback> callbacks);

    /** Sends a snapshot; in the end {@link ReplicaDriver#snapshotSent} is called. */
    void sendSnapshot(SnapshotNeeded needed);

    /** Takes note that the replica has stopped for good, because what it holds can no longer be trusted. */
    void failed(Throwable cause);
}

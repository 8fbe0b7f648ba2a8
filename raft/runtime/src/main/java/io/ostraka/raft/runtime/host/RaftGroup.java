package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * One replica of a group, as the rest of the process uses it. Safe for any thread; no method blocks.
 *
 * @param <R> what applying one command answers
 */
public interface RaftGroup<R> {

    /** Returns which replica of which group this is. */
    ReplicaDescriptor descriptor();

    /**
     * Proposes a command. What clients ask for goes before what else waits; within either, commands proposed by one
     * thread keep their order. Those that wait together share one append.
     *
     * @param budget {@link Budget#PROTOCOL} only for what keeps the group itself going
     * @param callback told once, see {@link ProposalCallback}
     */
    void propose(Bytes command, Budget budget, ProposalCallback<R> callback);

    /** Asks for the right to read this replica's state linearizably; reads that wait together share one round. */
    void read(ReadCallback callback);

    /** Returns what was last published about who leads; a volatile read. */
    Leadership leadership();

    /** Returns the index of the last applied entry; a volatile read. */
    long appliedIndex();

    /** Asks this replica, if it leads, to hand leadership to {@code target}, or to the best peer if that is null. */
    void transferLeadership(@Nullable ReplicaId target);

    /** Returns an overview for people, at most a few ticks old. */
    GroupStatus status();
}

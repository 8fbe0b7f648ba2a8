package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The proposals of one replica that are in the log and not yet known to be committed, each bound to the index and term
 * that its entry got. A proposal is answered by the entry with exactly that index and term, and by no other.
 *
 * <p>Single-threaded, of the Raft loop.
 *
 * @param <R> what applying one command answers
 */
final class PendingProposals<R> {

    private final Deque<ProposalWaiter<R>> waiting = new ArrayDeque<>();

    /** Notes that the proposals got the indexes from {@code firstIndex} on, in {@code term}. */
    void accepted(long firstIndex, long term, List<ProposalCallback<R>> callbacks) {
        long index = firstIndex;
        for (ProposalCallback<R> callback : callbacks) {
            waiting.addLast(new ProposalWaiter<>(index++, term, callback));
        }
    }

    /**
     * Takes out those that the committed {@code entries} decide.
     *
     * @param lost takes each whose index was taken by an entry of another term
     * @return those that are committed, by index
     */
    List<ProposalWaiter<R>> committed(List<Entry> entries, List<ProposalCallback<R>> lost) {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<ProposalWaiter<R>> found = new ArrayList<>();
        for (Entry entry : entries) {
            while (!waiting.isEmpty() && waiting.getFirst().index() <= entry.index()) {
                ProposalWaiter<R> waiter = waiting.removeFirst();
                if (waiter.index() == entry.index() && waiter.term() == entry.term()) {
                    found.add(waiter);
                } else {
                    lost.add(waiter.callback());
                }
            }
        }
        return found;
    }

    /** Takes out all, because nobody can say any more what becomes of them. */
    List<ProposalCallback<R>> abandon() {
        List<ProposalCallback<R>> all = new ArrayList<>(waiting.size());
        waiting.forEach(waiter -> all.add(waiter.callback()));
        waiting.clear();
        return all;
    }
}

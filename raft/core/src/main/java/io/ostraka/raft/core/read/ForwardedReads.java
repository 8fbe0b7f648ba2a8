package io.ostraka.raft.core.read;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The reads that wait at a follower for an index from its leader. A request covers all reads that had arrived when it
 * was sent; one that goes unanswered is repeated, and covers then those that arrived since, too.
 *
 * <p>Every attempt has an id of its own, so that an answer counts for the reads of its own attempt and for no later
 * one; an answer that takes longer than the wait for a repetition still counts. Ids start at a random number, so that
 * an answer to a request of an earlier life of this replica is not mistaken.
 */
public final class ForwardedReads {

    private static final int WAITING_MAX = 1 << 16;
    private static final int ATTEMPTS_MAX = 64;

    /** A request that was sent: for the first {@code covered} of the reads under way. */
    private record Attempt(long requestId, int covered) {}

    private final List<Long> underWay = new ArrayList<>();
    private final List<Long> waiting = new ArrayList<>();
    private ArrayDeque<Attempt> attempts = new ArrayDeque<>();
    private long requestId;
    private long sentNanos;

    /** No reads, and ids from a random number on. */
    public ForwardedReads(long firstRequestId) {
        this.requestId = firstRequestId;
    }

    /** Takes a read, unless too many wait. */
    public boolean offer(long readId) {
        if (underWay.size() + waiting.size() >= WAITING_MAX) {
            return false;
        }
        waiting.add(readId);
        return true;
    }

    /** Whether no read waits for anything. */
    public boolean isEmpty() {
        return underWay.isEmpty() && waiting.isEmpty();
    }

    /** Whether a request should be sent now: reads wait, and none is under way or the last one went unanswered. */
    public boolean shouldRequest(long nowNanos, long retryNanos) {
        return underWay.isEmpty() ? !waiting.isEmpty() : nowNanos - sentNanos >= retryNanos;
    }

    /** Begins an attempt for all reads that wait and returns its id. */
    public long begin(long nowNanos) {
        underWay.addAll(waiting);
        waiting.clear();
        sentNanos = nowNanos;
        requestId++;
        attempts.addLast(new Attempt(requestId, underWay.size()));
        if (attempts.size() > ATTEMPTS_MAX) {
            attempts.removeFirst();
        }
        return requestId;
    }

    /** Takes out the reads that an answer is for: those that had arrived when its attempt began. */
    public List<Long> answered(long answeredId) {
        int covered = 0;
        for (Attempt attempt : attempts) {
            if (attempt.requestId() == answeredId) {
                covered = attempt.covered();
            }
        }
        if (covered == 0) {
            return List.of();
        }
        List<Long> done = underWay.subList(0, covered);
        List<Long> reads = List.copyOf(done);
        done.clear();
        ArrayDeque<Attempt> later = new ArrayDeque<>();
        for (Attempt attempt : attempts) {
            if (attempt.covered() > covered) {
                later.addLast(new Attempt(attempt.requestId(), attempt.covered() - covered));
            }
        }
        attempts = later;
        return reads;
    }

    /** Takes out all reads. */
    public List<Long> takeAll() {
        List<Long> all = new ArrayList<>(underWay);
        all.addAll(waiting);
        underWay.clear();
        waiting.clear();
        attempts.clear();
        return all;
    }
}

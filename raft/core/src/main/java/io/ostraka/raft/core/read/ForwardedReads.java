package io.ostraka.raft.core.read;

import java.util.ArrayList;
import java.util.List;

/**
 * The reads that wait at a follower for an index from its leader. One request is under way at a time, for all reads
 * that had arrived when it was sent; the next one covers those that arrived since.
 *
 * <p>Every attempt has an id of its own, and only the answer to the latest attempt counts. Ids start at a random
 * number, so that an answer to a request of an earlier life of this replica is not mistaken either.
 */
public final class ForwardedReads {

    private static final int WAITING_MAX = 1 << 16;

    private final List<Long> underWay = new ArrayList<>();
    private final List<Long> waiting = new ArrayList<>();
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
        return requestId;
    }

    /** Takes out the reads that an answer is for: none, unless it answers the latest attempt. */
    public List<Long> answered(long answeredId) {
        if (answeredId != requestId || underWay.isEmpty()) {
            return List.of();
        }
        List<Long> reads = List.copyOf(underWay);
        underWay.clear();
        return reads;
    }

    /** Takes out all reads. */
    public List<Long> takeAll() {
        List<Long> all = new ArrayList<>(underWay);
        all.addAll(waiting);
        underWay.clear();
        waiting.clear();
        return all;
    }
}

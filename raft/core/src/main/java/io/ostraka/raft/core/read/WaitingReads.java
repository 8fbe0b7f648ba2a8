package io.ostraka.raft.core.read;

import io.ostraka.raft.core.ReplicaId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reads that wait at a leader for a round that begins after they arrived.
 *
 * <p>All that arrive while a round is under way share the next one, so the number of rounds does not grow with the
 * number of reads.
 */
public final class WaitingReads {

    private static final int WAITING_MAX = 1 << 16;

    /**
     * One read.
     *
     * @param follower the follower that forwarded it, or null if it arrived here
     * @param id the id that the reader or the follower gave it
     * @param index what was committed when it arrived
     */
    public record WaitingRead(@Nullable ReplicaId follower, long id, long index) {}

    private record Assigned(WaitingRead read, long round) {}

    private final ArrayDeque<Assigned> assigned = new ArrayDeque<>();
    private final ArrayList<WaitingRead> unassigned = new ArrayList<>();

    /** Takes a read, unless too many wait. */
    public boolean offer(WaitingRead read) {
        if (assigned.size() + unassigned.size() >= WAITING_MAX) {
            return false;
        }
        unassigned.add(read);
        return true;
    }

    /** Whether a read waits for a round to begin. */
    public boolean needRound() {
        return !unassigned.isEmpty();
    }

    /** Whether no read waits. */
    public boolean isEmpty() {
        return assigned.isEmpty() && unassigned.isEmpty();
    }

    /** A round has begun: whatever arrived before may count on it. */
    public void began(long round) {
        for (WaitingRead read : unassigned) {
            assigned.addLast(new Assigned(read, round));
        }
        unassigned.clear();
    }

    /** Takes out the reads whose round is confirmed. */
    public List<WaitingRead> takeConfirmed(long round) {
        if (assigned.isEmpty() || assigned.getFirst().round() > round) {
            return List.of();
        }
        List<WaitingRead> ready = new ArrayList<>();
        while (!assigned.isEmpty() && assigned.getFirst().round() <= round) {
            ready.add(assigned.removeFirst().read());
        }
        return ready;
    }

    /** Takes out all reads. */
    public List<WaitingRead> takeAll() {
        List<WaitingRead> all = new ArrayList<>();
        for (Assigned each : assigned) {
            all.add(each.read());
        }
        all.addAll(unassigned);
        assigned.clear();
        unassigned.clear();
        return all;
    }
}

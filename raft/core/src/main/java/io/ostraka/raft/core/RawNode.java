package io.ostraka.raft.core;

import io.ostraka.raft.core.input.Input;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One replica of one Raft group, as a value machine: {@link #step} takes an input and returns what to do.
 *
 * <p>Not safe for use by several threads; it never blocks. A {@link BrokenInvariantException} from any method means
 * that the replica must not be used again.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class RawNode {

    /** What {@link #leaseUntilNanos} says when there is no lease: before any time. */
    public static final long NO_LEASE = Long.MIN_VALUE;

    private final ReplicaId self;

    /**
     * Starts a replica from what is on its disk.
     *
     * @param config limits and timings
     * @param self the replica's id
     * @param restored what is on disk
     * @param random draws election timeouts and the first id of forwarded reads
     * @param nowNanos the time now, from which the window of stickiness counts
     */
    public RawNode(RaftConfig config, ReplicaId self, Restored restored, RandomGenerator random, long nowNanos) {
        this.self = self;
    }

    /** Takes one input. */
    public Effects step(Input input) {
        return step(List.of(input));
    }

    /** Takes several inputs in their order, as one step: what they cause is sent and written together. */
    public Effects step(List<Input> inputs) {
        throw new UnsupportedOperationException(self.toString());
    }

    /** Everything about this replica; for operators and tests, not for every step. */
    public RaftStatus status() {
        throw new UnsupportedOperationException(self.toString());
    }

    /** The role now. */
    public RoleKind role() {
        throw new UnsupportedOperationException(self.toString());
    }

    /** The term now. */
    public long term() {
        throw new UnsupportedOperationException(self.toString());
    }

    /** The leader of this term, if known. */
    public @Nullable ReplicaId leader() {
        throw new UnsupportedOperationException(self.toString());
    }

    /** Up to where entries are known to be committed. */
    public long commitIndex() {
        throw new UnsupportedOperationException(self.toString());
    }

    /** Until when the lease holds on the clock of the inputs, {@link #NO_LEASE} if there is none. */
    public long leaseUntilNanos() {
        throw new UnsupportedOperationException(self.toString());
    }

    /** Whether this replica leads without heartbeats of its own. */
    public boolean isQuiet() {
        throw new UnsupportedOperationException(self.toString());
    }
}

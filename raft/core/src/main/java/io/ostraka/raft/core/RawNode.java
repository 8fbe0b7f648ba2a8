package io.ostraka.raft.core;

import io.ostraka.raft.core.input.Input;
import io.ostraka.raft.core.role.RoleMachine;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One replica of one Raft group, as a value machine: {@link #step} takes an input and returns what to do.
 *
 * <p>Not safe for use by several threads; it never blocks. A {@link BrokenInvariantException} from any method means
 * that the replica must not be used again.
 */
public final class RawNode {

    /** What {@link #leaseUntilNanos} says when there is no lease: before any time. */
    public static final long NO_LEASE = Long.MIN_VALUE;

    private final RoleMachine machine;

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
        this.machine = new RoleMachine(config, self, restored, random, nowNanos);
    }

    /** Takes one input. */
    public Effects step(Input input) {
        return step(List.of(input));
    }

    /** Takes several inputs in their order, as one step: what they cause is sent and written together. */
    public Effects step(List<Input> inputs) {
        return machine.step(inputs);
    }

    /** Everything about this replica; for operators and tests, not for every step. */
    public RaftStatus status() {
        return machine.status();
    }

    /** The role now. */
    public RoleKind role() {
        return machine.role();
    }

    /** The term now. */
    public long term() {
        return machine.term();
    }

    /** The leader of this term, if known. */
    public @Nullable ReplicaId leader() {
        return machine.leader();
    }

    /** Up to where entries are known to be committed. */
    public long commitIndex() {
        return machine.commitIndex();
    }

    /** Up to where the host has said that entries are applied. */
    public long appliedIndex() {
        return machine.appliedIndex();
    }

    /** Until when the lease holds on the clock of the inputs, {@link #NO_LEASE} if there is none. */
    public long leaseUntilNanos() {
        return machine.leaseUntilNanos();
    }

    /**
     * Before this time, on the clock of the inputs, a tick changes nothing, unless another input comes first: what a
     * host with many quiet groups saves.
     */
    public long dueNanos() {
        return machine.dueNanos();
    }

    /** Whether this replica leads without heartbeats of its own. */
    public boolean isQuiet() {
        return machine.isQuiet();
    }
}

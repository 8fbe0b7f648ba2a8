package io.ostraka.raft.core.input;

/**
 * A linearizable read has arrived; answered by a {@link io.ostraka.raft.core.ReadOutcome} of this or a later step.
 *
 * @param readId any number, given back with the outcome
 * @param nowNanos the time now
 */
public record Read(long readId, long nowNanos) implements Input {}

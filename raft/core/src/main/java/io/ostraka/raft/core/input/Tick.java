package io.ostraka.raft.core.input;

/**
 * Time has passed. Timers have the resolution with which this comes, a fraction of the heartbeat interval.
 *
 * @param nowNanos the time now
 */
public record Tick(long nowNanos) implements Input {}

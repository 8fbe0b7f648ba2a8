package io.ostraka.raft.core.input;

/**
 * What the host has applied is not to be trusted any more, though the log is. Until a snapshot at or past {@code index}
 * is installed, this replica votes and appends, but neither leads nor stands for election, and asks its leader for that
 * snapshot. The host hands nothing applied to anyone meanwhile.
 *
 * @param index up to where the state was applied when it was found out; nothing after it will be
 * @param nowNanos the time now
 */
public record Quarantined(long index, long nowNanos) implements Input {}

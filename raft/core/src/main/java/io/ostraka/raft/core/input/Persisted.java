package io.ostraka.raft.core.input;

/**
 * Every write up to and including this one is durable.
 *
 * @param persistId the number from {@link io.ostraka.raft.core.Effects#persistId}
 * @param nowNanos the time now
 */
public record Persisted(long persistId, long nowNanos) implements Input {}

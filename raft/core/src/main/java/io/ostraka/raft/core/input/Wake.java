package io.ostraka.raft.core.input;

/**
 * The heartbeat of the leader's node no longer names this group: a follower starts its election timer. Saying it again
 * before the leader was heard of changes nothing.
 *
 * @param nowNanos the time now
 */
public record Wake(long nowNanos) implements Input {}

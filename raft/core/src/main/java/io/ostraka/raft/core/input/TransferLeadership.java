package io.ostraka.raft.core.input;

import io.ostraka.raft.core.ReplicaId;
import org.jspecify.annotations.Nullable;

/**
 * The leader is to hand over. Ignored by everyone else, and where there is nobody fit to take over. Proposals are
 * refused until the target leads or an election timeout has passed.
 *
 * @param target who is to lead; null for the most advanced voter that is in touch, or whoever was asked already
 * @param nowNanos the time now
 */
public record TransferLeadership(@Nullable ReplicaId target, long nowNanos) implements Input {}

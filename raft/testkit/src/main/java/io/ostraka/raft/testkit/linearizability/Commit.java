package io.ostraka.raft.testkit.linearizability;

/**
 * An operation that took effect at a known place.
 *
 * @param index its place in the one order of all; grows from each to the next, not necessarily by one
 * @param callId the call that asked for it, see {@link io.ostraka.raft.testkit.history.Call#id}
 * @param operation what was done
 */
public record Commit<O>(long index, int callId, O operation) {}

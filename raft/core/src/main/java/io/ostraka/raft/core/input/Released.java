package io.ostraka.raft.core.input;

import io.ostraka.raft.core.LogPosition;

/**
 * The log up to this point is no longer needed to recover the state machine, and may leave memory. A point at or before
 * what was released earlier changes nothing.
 *
 * @param upTo the last position to drop, applied already
 */
public record Released(LogPosition upTo) implements Input {}

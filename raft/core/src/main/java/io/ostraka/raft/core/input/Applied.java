package io.ostraka.raft.core.input;

/**
 * The state machine has applied every entry up to this one. Said of entries that are committed but were not emitted
 * yet, it means that the state machine's storage holds them already, and they are not emitted.
 *
 * @param index the index of the last of them
 */
public record Applied(long index) implements Input {}

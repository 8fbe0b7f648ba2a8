/**
 * The Raft algorithm as a value machine: inputs go in, effects come out, and nothing in here has a thread, a lock, a
 * clock, a file or a socket.
 *
 * <p>{@link io.ostraka.raft.core.RawNode} stands in front. What decides is split by subject: {@code role}, {@code log},
 * {@code replication}, {@code membership}, {@code read}.
 */
@NullMarked
package io.ostraka.raft.core;

import org.jspecify.annotations.NullMarked;

/**
 * Histories: what clients called and when, and how each call ended. They are recorded while a system runs, simulated or
 * real, kept as text, and judged afterwards by {@code io.ostraka.raft.testkit.linearizability}. Uses nothing else of
 * ours.
 */
@NullMarked
package io.ostraka.raft.testkit.history;

import org.jspecify.annotations.NullMarked;

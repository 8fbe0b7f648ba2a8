/**
 * Decides whether a history of concurrent calls can be explained by one object that does them one at a time, and says
 * what cannot be explained if not. Uses nothing else of ours but {@code io.ostraka.raft.testkit.history}.
 */
@NullMarked
package io.ostraka.raft.testkit.linearizability;

import org.jspecify.annotations.NullMarked;

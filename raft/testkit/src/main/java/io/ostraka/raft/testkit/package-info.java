/**
 * The seeded simulator: virtual time, network and disk under the real Raft code, and the invariants that are checked
 * after every event.
 */
@NullMarked
package io.ostraka.raft.testkit;

import org.jspecify.annotations.NullMarked;

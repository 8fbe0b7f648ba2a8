/**
 * The seeded simulator: production's replica drivers, shared logs and node heartbeats on virtual time, a simulated
 * network and simulated disks, with invariants that are checked after every event.
 */
@NullMarked
package io.ostraka.raft.testkit.sim;

import org.jspecify.annotations.NullMarked;

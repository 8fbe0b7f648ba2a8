/**
 * The host of many replicas in one process: event loops that drive the pure Raft core, the apply and flush threads,
 * node heartbeats, and the ports to clock, log and network.
 */
@NullMarked
package io.ostraka.raft.runtime.host;

import org.jspecify.annotations.NullMarked;

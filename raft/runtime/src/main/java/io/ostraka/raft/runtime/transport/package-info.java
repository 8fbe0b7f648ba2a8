/** Raft messages and snapshots over gRPC: sessions between nodes, bounded queues, and the bytes on the wire. */
@NullMarked
package io.ostraka.raft.runtime.transport;

import org.jspecify.annotations.NullMarked;

/**
 * What a node keeps on disk for Raft: its directory with identity and replica descriptors, and the one log that all its
 * replicas share. Everything reaches the disk through the port {@link io.ostraka.raft.runtime.storage.Disk}, so that a
 * simulator can fail or crash at any call.
 */
@NullMarked
package io.ostraka.raft.runtime.storage;

import org.jspecify.annotations.NullMarked;

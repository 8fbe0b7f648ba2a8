/** Linearizable reads: quorum rounds, the lease, and reads that a follower forwards. */
@NullMarked
package io.ostraka.raft.core.read;

import org.jspecify.annotations.NullMarked;

/** The shard controller: a Raft-replicated state machine that plans which group holds which shard. */
@NullMarked
package io.ostraka.shardctrler;

import org.jspecify.annotations.NullMarked;

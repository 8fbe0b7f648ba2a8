/** The balancer: which group is to have which shard. Pure. */
@NullMarked
package io.ostraka.shardctrler.balance;

import org.jspecify.annotations.NullMarked;

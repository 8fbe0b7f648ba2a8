/** Sessions of clients, one table a shard: which writes ran, and which may still run (DESIGN section 6). */
@NullMarked
package io.ostraka.shardkv.session;

import org.jspecify.annotations.NullMarked;

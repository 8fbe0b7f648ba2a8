/**
 * A node: the services that clients, other nodes and operators call, and what keeps its replicas in step with the
 * configuration. {@link io.ostraka.shardkv.server.ShardKvNode} holds the parts together.
 */
@NullMarked
package io.ostraka.shardkv.server;

import org.jspecify.annotations.NullMarked;

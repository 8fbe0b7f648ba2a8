/** Nodes with a controller's double beside them, over real sockets and files. */
@NullMarked
package io.ostraka.shardkv.server.cluster;

import org.jspecify.annotations.NullMarked;

/** The controller as part of a process: founding, the gRPC service, and the replica behind it. */
@NullMarked
package io.ostraka.shardctrler.server;

import org.jspecify.annotations.NullMarked;

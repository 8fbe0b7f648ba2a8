/** Whole nodes in one process, over real sockets and real files. */
@NullMarked
package io.ostraka.raft.runtime.cluster;

import org.jspecify.annotations.NullMarked;

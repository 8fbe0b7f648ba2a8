/** What runs the Raft core for real: the shared log, snapshots, the transport and the host of many groups. */
@NullMarked
package io.ostraka.raft.runtime;

import org.jspecify.annotations.NullMarked;

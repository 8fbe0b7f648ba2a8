/** Tests of what paces snapshots. */
@NullMarked
package io.ostraka.raft.runtime.snapshot;

import org.jspecify.annotations.NullMarked;

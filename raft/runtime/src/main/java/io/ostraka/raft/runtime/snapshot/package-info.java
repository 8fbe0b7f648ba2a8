/** Snapshots on their way between nodes: what is offered, how fast it goes, and where it goes on after a break. */
@NullMarked
package io.ostraka.raft.runtime.snapshot;

import org.jspecify.annotations.NullMarked;

/** A disk in memory that can fail, tear, forget and crash, for tests and the simulator. */
@NullMarked
package io.ostraka.raft.testkit.disk;

import org.jspecify.annotations.NullMarked;

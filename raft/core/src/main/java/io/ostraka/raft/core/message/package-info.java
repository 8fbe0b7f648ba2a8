/** Messages between the replicas of one group, as sealed records. */
@NullMarked
package io.ostraka.raft.core.message;

import org.jspecify.annotations.NullMarked;

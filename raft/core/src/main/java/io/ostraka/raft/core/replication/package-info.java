/** What a leader knows of each follower, and what it sends next. */
@NullMarked
package io.ostraka.raft.core.replication;

import org.jspecify.annotations.NullMarked;

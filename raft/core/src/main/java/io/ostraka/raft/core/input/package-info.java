/** What can happen to a replica, as sealed records: a tick, a message, a proposal, the completion of I/O. */
@NullMarked
package io.ostraka.raft.core.input;

import org.jspecify.annotations.NullMarked;

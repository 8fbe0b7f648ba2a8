/** The replicated log in memory, and what of it is known to be on disk. */
@NullMarked
package io.ostraka.raft.core.log;

import org.jspecify.annotations.NullMarked;

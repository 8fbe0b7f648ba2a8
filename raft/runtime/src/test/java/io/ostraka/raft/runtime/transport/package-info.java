/** Tests of the transport. */
@NullMarked
package io.ostraka.raft.runtime.transport;

import org.jspecify.annotations.NullMarked;

/** Tests of the host. */
@NullMarked
package io.ostraka.raft.runtime.host;

import org.jspecify.annotations.NullMarked;

/** The controller's replicated state as immutable values, and how each command changes it. Pure. */
@NullMarked
package io.ostraka.shardctrler.state;

import org.jspecify.annotations.NullMarked;

/** Who belongs to a group, and the arithmetic of majorities. */
@NullMarked
package io.ostraka.raft.core.membership;

import org.jspecify.annotations.NullMarked;

/** The four roles of a replica and the one place where a role changes. */
@NullMarked
package io.ostraka.raft.core.role;

import org.jspecify.annotations.NullMarked;

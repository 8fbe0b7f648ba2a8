/** The Raft algorithm as a value machine: one input in, its effects out, with no clock, thread or input-output of its own. */
@NullMarked
package io.ostraka.raft.core;

import org.jspecify.annotations.NullMarked;

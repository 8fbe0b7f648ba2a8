/**
 * The system with mistakes in it, for tests that ask whether a mistake would be noticed: classes are changed when they
 * are loaded, a second time and apart from the real ones, so nothing that is built or shipped has a trace of it.
 */
@NullMarked
package io.ostraka.raft.testkit.changed;

import org.jspecify.annotations.NullMarked;

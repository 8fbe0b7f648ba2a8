/**
 * Fuzzing of decoders: inputs changed at random, or guided by coverage; a bound on what each run may allocate and how
 * long it may take; and findings that are shrunk and can be run again.
 */
@NullMarked
package io.ostraka.raft.testkit.fuzz;

import org.jspecify.annotations.NullMarked;

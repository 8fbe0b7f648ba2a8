/**
 * What a Raft group replicates: the interface that a user of the runtime implements, and the values it exchanges with
 * the host.
 */
@NullMarked
package io.ostraka.raft.runtime.statemachine;

import org.jspecify.annotations.NullMarked;

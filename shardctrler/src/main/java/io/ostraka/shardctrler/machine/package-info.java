/** The controller's replicated state machine: applies the log, keeps its state in memory and in one file. */
@NullMarked
package io.ostraka.shardctrler.machine;

import org.jspecify.annotations.NullMarked;

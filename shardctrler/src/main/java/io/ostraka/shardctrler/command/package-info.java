/** What can be asked of the controller's state machine, and what it answers. */
@NullMarked
package io.ostraka.shardctrler.command;

import org.jspecify.annotations.NullMarked;

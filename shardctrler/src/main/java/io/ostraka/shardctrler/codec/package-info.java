/** The controller's commands and state to and from the bytes of its log and snapshots. */
@NullMarked
package io.ostraka.shardctrler.codec;

import org.jspecify.annotations.NullMarked;

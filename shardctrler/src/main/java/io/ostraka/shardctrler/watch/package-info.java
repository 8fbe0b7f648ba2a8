/** Who follows the configuration: which changes each follower still needs, and the streams that carry them. */
@NullMarked
package io.ostraka.shardctrler.watch;

import org.jspecify.annotations.NullMarked;

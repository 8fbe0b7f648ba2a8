package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.GroupId;
import java.util.List;

/**
 * The sign of life of a node for all groups at once: which of those that it shares with the receiver it leads.
 *
 * @param generation the number of the set of led groups that this message brings the receiver to, from 1
 * @param base the generation that {@code led} and {@code dropped} are the difference to; 0 says that {@code led} is the
 *     whole set
 * @param led the groups newly led, or led in another term
 * @param dropped the groups no longer led
 * @param sentNanos the sender's clock at sending, which the answer repeats
 * @param diskHealthy whether the sender's log is written as fast as it should be
 */
public record NodeHeartbeat(
        long generation, long base, List<LedGroup> led, List<GroupId> dropped, long sentNanos, boolean diskHealthy)
        implements PeerMessage {

    /** Copies the lists. */
    public NodeHeartbeat {
        led = List.copyOf(led);
        dropped = List.copyOf(dropped);
    }
}

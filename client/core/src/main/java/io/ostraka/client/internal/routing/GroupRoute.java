package io.ostraka.client.internal.routing;

import io.ostraka.proto.config.GroupRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one group: its nodes, its leader, and who waits for one. While no leader is known, one request at a
 * time is sent to all nodes at once and the others wait for what that finds out: a new leader is found after one round
 * trip, and a thousand waiting requests do not hammer a group that is still electing.
 */
final class GroupRoute {

    final GroupRef name;
    final Deque<Request> waiting = new ArrayDeque<>();

    private List<String> addresses = List.of();
    private @Nullable String leader;
    private final Set<Long> probe = new HashSet<>();
    private int failures;
    private long nextProbeNanos = Long.MIN_VALUE;

    GroupRoute(GroupRef name) {
        this.name = name;
    }

    List<String> addresses() {
        return addresses;
    }

    void addresses(List<String> known) {
        addresses = List.copyOf(known);
        if (leader != null && !addresses.contains(leader)) {
            leader = null;
        }
    }

    @Nullable
    String leader() {
        return leader;
    }

    /** Somebody said that this node leads. */
    void hinted(String address) {
        leader = address;
        probe.clear();
        if (!addresses.contains(address)) {
            List<String> more = new ArrayList<>(addresses);
            more.add(address);
            addresses = List.copyOf(more);
        }
    }

    /** This node answered as only a leader does. */
    void confirmed(String address) {
        hinted(address);
        failures = 0;
    }

    /** The node that was taken for the leader is not, or does not answer. The first time, look for another at once. */
    void lost(long nowNanos, long delayNanos) {
        leader = null;
        failures++;
        nextProbeNanos = failures == 1 ? nowNanos : nowNanos + delayNanos;
    }

    /** How often in a row no leader was found. */
    int failures() {
        return failures;
    }

    boolean isProbing() {
        return !probe.isEmpty();
    }

    boolean mayProbe(long nowNanos) {
        return leader == null && probe.isEmpty() && nowNanos >= nextProbeNanos;
    }

    long nextProbeNanos() {
        return nextProbeNanos;
    }

    void probing(long attempt) {
        probe.add(attempt);
    }

    /** An attempt ended. Returns whether it was the last of a probe that found no leader. */
    boolean probeEnded(long attempt, long nowNanos, long delayNanos) {
        boolean last = probe.remove(attempt) && probe.isEmpty() && leader == null;
        if (last) {
            failures++;
            nextProbeNanos = nowNanos + delayNanos;
        }
        return last;
    }

    /** Nobody waits for this attempt any more. That says nothing of the group, so the next probe is due when it was. */
    void probeAbandoned(long attempt) {
        probe.remove(attempt);
    }

    /** The next live request that waits for a leader; null: none. */
    @Nullable
    Request nextWaiting() {
        while (true) {
            Request request = waiting.pollFirst();
            if (request == null || request.state == Request.State.AWAITING_LEADER) {
                return request;
            }
        }
    }
}

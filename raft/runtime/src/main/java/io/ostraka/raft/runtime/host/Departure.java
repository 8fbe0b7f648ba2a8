package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.PeerStatus;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.RoleKind;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/**
 * A node that is about to stop gives away what it leads, so that its groups lose the time of a hand-over and not that
 * of an election. What has no peer to take it is kept: nobody would be served better without it.
 *
 * <p>{@link #insist} on the first Raft loop, {@link #look} on any.
 */
final class Departure {

    private final Collection<HostedGroup<?>> groups;
    private final long touchNanos;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    /**
     * Gives nothing away yet.
     *
     * @param groups the replicas of this node, now and later
     * @param touchNanos a peer that was heard of less long ago can take over
     */
    Departure(Collection<HostedGroup<?>> groups, long touchNanos) {
        this.groups = groups;
        this.touchNanos = touchNanos;
    }

    /** Completes when nothing is left to give away; what comes later is given away, too, but not waited for. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** Asks each group that is led here to go elsewhere; said again, it changes nothing about what is under way. */
    void insist(long nowNanos) {
        for (HostedGroup<?> group : groups) {
            if (group.leadership().leads()) {
                group.transferLeadership(null);
            }
        }
        look(nowNanos);
    }

    /** Looks whether anything is left. */
    void look(long nowNanos) {
        if (done.isDone()) {
            return;
        }
        for (HostedGroup<?> group : groups) {
            if (group.leadership().leads() && mayGo(group.raftStatus(), nowNanos, touchNanos)) {
                return;
            }
        }
        done.complete(null);
    }

    /**
     * Whether a group that is led here has somebody to go to.
     *
     * @param status as of the last tick; if it does not know of the leadership yet, it cannot tell
     */
    static boolean mayGo(RaftStatus status, long nowNanos, long touchNanos) {
        if (status.role() != RoleKind.LEADER) {
            return true;
        }
        for (PeerStatus peer : status.peers()) {
            boolean mayLead = status.membership().isVoter(peer.peer()) && !peer.quarantined();
            if (mayLead && nowNanos - peer.lastContactNanos() < touchNanos) {
                return true;
            }
        }
        return false;
    }
}

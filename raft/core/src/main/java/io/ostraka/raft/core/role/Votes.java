package io.ostraka.raft.core.role;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import java.util.Set;
import java.util.TreeSet;

/** The answers to one candidacy; each replica counts once, with its first answer. */
final class Votes {

    private final Membership membership;
    private final Set<ReplicaId> granted = new TreeSet<>();
    private final Set<ReplicaId> refused = new TreeSet<>();

    Votes(Membership membership) {
        this.membership = membership;
    }

    void count(ReplicaId voter, boolean grants) {
        if (!granted.contains(voter) && !refused.contains(voter)) {
            (grants ? granted : refused).add(voter);
        }
    }

    boolean isWon() {
        return membership.isQuorum(granted::contains);
    }

    /** Whether no majority can be reached any more. */
    boolean isLost() {
        return !membership.isQuorum(voter -> !refused.contains(voter));
    }
}

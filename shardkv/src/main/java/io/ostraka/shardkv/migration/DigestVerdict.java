package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.shardkv.command.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What follows from the digests that the replicas of a group computed at the same entry (DESIGN section 7).
 *
 * <p>A replica is in the wrong only if a majority of <i>all</i> voters agree on something else. Those of which nothing
 * is known count for nobody, and quarantined ones are among them: so those that may still lead are a majority at any
 * time.
 */
sealed interface DigestVerdict {

    /** Nobody differs from another. */
    record Agreed() implements DigestVerdict {}

    /**
     * A majority agrees.
     *
     * @param wrong who differs from it, ascending
     */
    record Wrong(List<ReplicaId> wrong) implements DigestVerdict {

        /** Keeps its own copy. */
        public Wrong {
            wrong = List.copyOf(wrong);
        }
    }

    /** Some differ, and nobody has a majority behind them: who is right cannot be told. */
    record Undecided() implements DigestVerdict {}

    /**
     * Judges.
     *
     * @param members the group
     * @param digests of those of its members that have answered with one
     */
    static DigestVerdict of(Membership members, SortedMap<ReplicaId, Digest> digests) {
        if (digests.values().stream().distinct().count() <= 1) {
            return new Agreed();
        }
        for (Digest right : digests.values()) {
            if (members.isQuorum(replica -> right.equals(digests.get(replica)))) {
                List<ReplicaId> wrong = new ArrayList<>();
                for (Map.Entry<ReplicaId, Digest> each : digests.entrySet()) {
                    if (!each.getValue().equals(right)) {
                        wrong.add(each.getKey());
                    }
                }
                return new Wrong(wrong);
            }
        }
        return new Undecided();
    }
}

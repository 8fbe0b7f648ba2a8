package io.ostraka.raft.core.membership;

import io.ostraka.raft.core.ReplicaId;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Who belongs to a group. All lists are sorted and without duplicates.
 *
 * <p>While {@code outgoingVoters} is not empty, whatever needs a majority needs one of both lists (paper, section 6).
 * Learners receive the log and count for nothing. Both stay empty until membership changes are built.
 *
 * @param voters the replicas that vote
 * @param learners replicas that only follow
 * @param outgoingVoters the voters of the membership that is being left
 */
public record Membership(List<ReplicaId> voters, List<ReplicaId> learners, List<ReplicaId> outgoingVoters) {

    /** Sorts and copies the lists. */
    public Membership {
        voters = sorted(voters);
        learners = sorted(learners);
        outgoingVoters = sorted(outgoingVoters);
    }

    /** A membership of voters only. */
    public static Membership of(Collection<ReplicaId> voters) {
        return new Membership(List.copyOf(voters), List.of(), List.of());
    }

    /** A membership of voters only. */
    public static Membership of(ReplicaId... voters) {
        return of(List.of(voters));
    }

    /** Whether the replica's vote counts. */
    public boolean isVoter(ReplicaId replica) {
        return voters.contains(replica) || outgoingVoters.contains(replica);
    }

    /** Whether the replica belongs to the group in any way. */
    public boolean contains(ReplicaId replica) {
        return isVoter(replica) || learners.contains(replica);
    }

    /** Whether this replica alone is a majority. */
    public boolean isSoleVoter(ReplicaId replica) {
        return voters.size() == 1
                && voters.contains(replica)
                && (outgoingVoters.isEmpty() || outgoingVoters.equals(voters));
    }

    /** Everyone but {@code self}, sorted. */
    public List<ReplicaId> othersThan(ReplicaId self) {
        TreeSet<ReplicaId> others = new TreeSet<>(voters);
        others.addAll(outgoingVoters);
        others.addAll(learners);
        others.remove(self);
        return List.copyOf(others);
    }

    /** Whether those who fulfil the condition are a majority. */
    public boolean isQuorum(Predicate<ReplicaId> condition) {
        return isMajority(voters, condition) && (outgoingVoters.isEmpty() || isMajority(outgoingVoters, condition));
    }

    /** The highest value that a majority has reached, where each voter has reached the value given. */
    public long reachedByQuorum(ToLongFunction<ReplicaId> value) {
        long reached = reachedByMajority(voters, value);
        return outgoingVoters.isEmpty() ? reached : Math.min(reached, reachedByMajority(outgoingVoters, value));
    }

    private static boolean isMajority(List<ReplicaId> members, Predicate<ReplicaId> condition) {
        int count = 0;
        for (ReplicaId member : members) {
            if (condition.test(member)) {
                count++;
            }
        }
        return count > members.size() / 2;
    }

    private static long reachedByMajority(List<ReplicaId> members, ToLongFunction<ReplicaId> value) {
        int count = members.size();
        if (count == 0) {
            return Long.MIN_VALUE;
        }
        // Insertion sort: there are three or five of them, and this runs at every acknowledgement.
        long[] ascending = new long[count];
        for (int i = 0; i < count; i++) {
            long reached = value.applyAsLong(members.get(i));
            int slot = i;
            while (slot > 0 && ascending[slot - 1] > reached) {
                ascending[slot] = ascending[slot - 1];
                slot--;
            }
            ascending[slot] = reached;
        }
        return ascending[(count - 1) / 2];
    }

    private static List<ReplicaId> sorted(Collection<ReplicaId> replicas) {
        return List.copyOf(new TreeSet<>(replicas));
    }
}

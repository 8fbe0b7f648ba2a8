package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.PeerStatus;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.host.ProposalResult;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of one group by somebody who sees all replicas and all disks at once, also those of crashed nodes: its
 * leaders, votes and committed entries over the whole run. Each method checks what must hold when it is called.
 */
final class GroupOracle {

    private record Vote(ReplicaId voter, long term) {}

    private record Belief(long term, ReplicaId peer) {}

    private final GroupId group;
    private final Membership membership;
    private final SortedMap<ReplicaId, ReplicaOracle> replicas = new TreeMap<>();
    private final Map<Long, ReplicaId> leaders = new HashMap<>();
    private final Map<Vote, ReplicaId> votes = new HashMap<>();
    private final Map<LogPosition, Long> entries = new HashMap<>();
    private final Map<Belief, Long> beliefs = new HashMap<>();
    private final Set<Long> refused = new HashSet<>();
    private final Map<Long, Long> committedCommands = new HashMap<>();
    private long[] hashes = new long[64];
    private long[] terms = new long[64];
    private long[] committedIn = new long[64];
    private int committed;

    GroupOracle(GroupId group, Membership membership) {
        this.group = group;
        this.membership = membership;
        hashes[0] = Chain.EMPTY;
        for (ReplicaId replica : membership.voters()) {
            replicas.put(replica, new ReplicaOracle(this, replica));
        }
    }

    Membership membership() {
        return membership;
    }

    ReplicaOracle replica(ReplicaId replica) {
        ReplicaOracle oracle = replicas.get(replica);
        if (oracle == null) {
            throw new IllegalArgumentException(replica + " is not of group " + group);
        }
        return oracle;
    }

    /** Returns the hash of the history up to an index that is committed. */
    long hash(long index) {
        if (index > committed) {
            throw new InvariantViolation(
                    Invariant.STATE_MACHINE_SAFETY, "a state at " + index + ", committed is up to " + committed);
        }
        return hashes[(int) index];
    }

    /** Returns up to where entries are committed. */
    long committed() {
        return committed;
    }

    /** Returns how many entries there are in all logs, and how many are committed. */
    long entriesHeld() {
        return committed
                + replicas.values().stream()
                        .mapToLong(replica -> replica.core().last())
                        .sum();
    }

    /** Returns how many leaders there have been. */
    int elections() {
        return leaders.size();
    }

    /** Entries are in a log: wherever the same index and term occur again, so must the same log before them. */
    void noteEntries(ReplicaId replica, LogModel.Change change) {
        for (int i = 0; i < change.entries(); i++) {
            LogPosition position = change.position(i);
            Long known = entries.putIfAbsent(position, change.hash(i));
            if (known != null && known != change.hash(i)) {
                throw new InvariantViolation(
                        Invariant.LOG_MATCHING, replica + " has another log up to " + position + " than others had");
            }
        }
    }

    /** Returns what beginning the log anew at a snapshot means, which must be of what is committed. */
    LogModel.Change restart(ReplicaId replica, LogPosition base) {
        if (base.index() > committed || terms[(int) base.index()] != base.term()) {
            throw new InvariantViolation(
                    Invariant.STATE_MACHINE_SAFETY,
                    replica + " restarts its log at " + base + ", committed is up to " + committed);
        }
        return LogModel.restart(base, hashes[(int) base.index()]);
    }

    void voted(ReplicaId voter, long term, ReplicaId candidate) {
        ReplicaId before = votes.putIfAbsent(new Vote(voter, term), candidate);
        if (before != null && !before.equals(candidate)) {
            throw new InvariantViolation(
                    Invariant.ONE_VOTE,
                    voter + " votes for " + candidate + " in term " + term + " after it voted for " + before);
        }
    }

    void leads(ReplicaOracle oracle, ReplicaId replica, long term) {
        ReplicaId before = leaders.putIfAbsent(term, replica);
        if (before == null) {
            int needed = committedBefore(term);
            if (!oracle.coreHolds(needed, hashes[needed])) {
                throw new InvariantViolation(
                        Invariant.LEADER_COMPLETENESS,
                        replica + " leads term " + term + " with a log of " + oracle.core() + ", but " + needed
                                + " of term " + terms[needed] + " is committed");
            }
        } else if (!before.equals(replica)) {
            throw new InvariantViolation(
                    Invariant.ELECTION_SAFETY, replica + " leads term " + term + ", and so did " + before);
        }
    }

    /** Votes may arrive late: a leader owes nothing to those of later terms, which may have committed before. */
    private int committedBefore(long term) {
        int index = committed;
        while (index > 0 && committedIn[index] >= term) {
            index--;
        }
        return index;
    }

    /** A replica's commit index has grown. */
    void committed(ReplicaOracle oracle, ReplicaId replica, Leadership now) {
        LogModel log = oracle.core();
        long known = Math.min(now.commit(), committed);
        if (!log.holds(known, hashes[(int) known])) {
            throw new InvariantViolation(
                    Invariant.STATE_MACHINE_SAFETY,
                    replica + " takes for committed at " + known + " what is not; its log is " + log);
        }
        if (now.commit() > committed) {
            if (!now.leads() || log.term(now.commit()) != now.term()) {
                throw new InvariantViolation(
                        Invariant.COMMITTED_ON_QUORUM,
                        replica + " commits " + now.commit() + " of term " + log.term(now.commit()) + " as " + now);
            }
            long hash = log.hash(now.commit());
            if (!membership.isQuorum(peer -> replica(peer).durablyHolds(now.commit(), hash))) {
                throw new InvariantViolation(
                        Invariant.COMMITTED_ON_QUORUM,
                        replica + " commits " + now.commit() + ", which no majority has on disk");
            }
            extend(log, (int) now.commit(), now.term());
        }
    }

    private void extend(LogModel log, int to, long term) {
        if (to >= hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.max(to + 1, 2 * hashes.length));
            terms = Arrays.copyOf(terms, hashes.length);
            committedIn = Arrays.copyOf(committedIn, hashes.length);
        }
        for (int index = committed + 1; index <= to; index++) {
            hashes[index] = log.hash(index);
            terms[index] = log.term(index);
            committedIn[index] = term;
        }
        committed = to;
    }

    /** A state machine stands at {@code index} with the digest {@code hash}. */
    void checkApplied(ReplicaId replica, long index, long hash) {
        if (index > committed || hashes[(int) index] != hash) {
            throw new InvariantViolation(
                    Invariant.STATE_MACHINE_SAFETY,
                    replica + " has applied " + index + " with another history than is committed up to " + committed);
        }
    }

    /** A command was applied by some replica, at an index that is committed. */
    void commandCommitted(long command, Entry entry) {
        Long before = committedCommands.putIfAbsent(command, entry.index());
        if ((before != null && before != entry.index()) || refused.contains(command)) {
            throw new InvariantViolation(
                    Invariant.TRUE_OUTCOME,
                    "command " + command + " is committed at " + entry.index()
                            + (before != null ? " and at " + before : " although it was refused"));
        }
    }

    private void commandRefused(long command) {
        refused.add(command);
        if (committedCommands.containsKey(command)) {
            throw new InvariantViolation(
                    Invariant.TRUE_OUTCOME, "command " + command + " is refused and yet committed");
        }
    }

    /** A client was told what became of a command. */
    void answered(long command, ProposalResult<Long> result) {
        switch (result) {
            case ProposalResult.Applied<Long> applied -> commandAnswered(command, applied.position(), applied.result());
            case ProposalResult.Refused<Long> refused -> commandRefused(command);
            case ProposalResult.Unknown<Long> unknown -> {
                // It may be committed, or may never be.
            }
        }
    }

    private void commandAnswered(long command, LogPosition position, long result) {
        long index = position.index();
        Long at = committedCommands.get(command);
        boolean known = index <= committed && at != null && at == index;
        if (!known || terms[(int) index] != position.term() || hashes[(int) index] != result) {
            throw new InvariantViolation(
                    Invariant.TRUE_OUTCOME, "command " + command + " is said to be applied at " + position);
        }
    }

    /** A leader has taken an answer of {@code peer}: what it believes now must be so, and no less than before. */
    void checkBelief(RaftStatus leader, ReplicaId peer) {
        for (PeerStatus status : leader.peers()) {
            if (status.peer().equals(peer)) {
                long match = status.matchIndex();
                Long before = beliefs.put(new Belief(leader.term(), peer), match);
                LogModel log = replica(leader.self()).core();
                boolean isSo = !log.knows(match) || replica(peer).durablyHeldIn(leader.term(), match, log.hash(match));
                if ((before != null && match < before) || !isSo || status.nextIndex() <= match) {
                    throw new InvariantViolation(
                            Invariant.MATCH_IS_DURABLE,
                            leader.self() + " believes of " + status + (before == null ? "" : " after " + before));
                }
            }
        }
    }
}

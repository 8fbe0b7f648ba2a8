package io.ostraka.raft.core;

import io.ostraka.raft.core.membership.Membership;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replica's state for operators, tests and invariant checkers.
 *
 * @param self the replica
 * @param role its role
 * @param term its term
 * @param vote whom it voted for in that term
 * @param leader the leader of that term, if known
 * @param membership the membership in force
 * @param base where its log in memory begins
 * @param last where its log ends
 * @param commitIndex up to where entries are known to be committed
 * @param appliedIndex up to where the host has applied
 * @param durableIndex up to where its own log is known to be durable
 * @param leaseUntilNanos until when its lease holds, {@link RawNode#NO_LEASE} if it has none
 * @param quiet whether it leads without heartbeats of its own
 * @param transferTarget to whom it is handing leadership
 * @param peers what it knows of the others, empty unless it leads
 */
public record RaftStatus(
        ReplicaId self,
        RoleKind role,
        long term,
        @Nullable ReplicaId vote,
        @Nullable ReplicaId leader,
        Membership membership,
        LogPosition base,
        LogPosition last,
        long commitIndex,
        long appliedIndex,
        long durableIndex,
        long leaseUntilNanos,
        boolean quiet,
        @Nullable ReplicaId transferTarget,
        List<PeerStatus> peers) {}

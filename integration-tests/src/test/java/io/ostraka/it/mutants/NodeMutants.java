package io.ostraka.it.mutants;

import static io.ostraka.raft.testkit.changed.CodeChange.doesNothing;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfCall;
import static io.ostraka.raft.testkit.changed.CodeChange.redirecting;
import static io.ostraka.raft.testkit.changed.CodeChange.says;

import java.util.List;

/** Mistakes in what a node keeps on its disk and how replicas agree, as far as the whole system shows them. */
final class NodeMutants {

    private static final String LOG = "raft.runtime.storage.SharedLog";
    private static final String INSTEAD = "it.mutants.Instead";

    static final List<Mutant> ALL = List.of(
            Mutant.of(
                    "log-not-forced",
                    "what is acknowledged is forced",
                    "M16, P1",
                    "GroupsOracle, HistoryCheck, ShardsOracle, WritesOracle, Machine, Server, SystemWorld,"
                            + " SystemSimulation",
                    insteadOfCall(LOG, "force", "DiskFile.force", code -> code.pop())),
            Mutant.of(
                    "failed-force-taken-for-success",
                    "a failed force stops the process",
                    "M22, P9",
                    "GroupsOracle, HistoryCheck, ShardsOracle, WritesOracle, Machine, Server, SystemWorld,"
                            + " SystemSimulation",
                    redirecting(LOG, "force", "DiskFile.force", INSTEAD)),
            Mutant.of(
                    "log-acknowledged-before-force",
                    "nothing is answered before it is forced",
                    "M15, M16, E2",
                    "GroupsOracle, HistoryCheck, ShardsOracle, WritesOracle, Server, SystemWorld, SystemSimulation",
                    says("raft.runtime.storage.ReplicaLog", "mustForce", false)),
            Mutant.of(
                    "quorum-of-one-too-few",
                    "two majorities meet",
                    "M32, E7",
                    "GroupsOracle, HistoryCheck, ShardsOracle, WritesOracle, SystemWorld",
                    insteadOfCall(
                            "raft.core.membership.Membership",
                            "isMajority",
                            "List.size",
                            code -> code.pop().iconst_1())),
            Mutant.of(
                    "committed-by-the-first",
                    "an entry is committed when a majority has it on disk",
                    "M15, P5",
                    "ErrorLog, GroupsOracle, HistoryCheck, ShardsOracle, WritesOracle, SystemWorld, SystemSimulation",
                    insteadOfCall(
                            "raft.core.membership.Membership",
                            "reachedByMajority",
                            "List.size",
                            code -> code.pop().iconst_1())),
            Mutant.of(
                    "vote-for-whoever-asks",
                    "a candidate has all that is committed",
                    "M07, M08",
                    "ErrorLog, GroupsOracle, HistoryCheck, ShardsOracle, WritesOracle, SystemWorld",
                    says("raft.core.role.Elections", "isUpToDate", true)),
            Mutant.of(
                    "second-vote-in-a-term",
                    "one vote a term",
                    "M05, E1",
                    "ErrorLog, GroupsOracle, SystemWorld",
                    says("raft.core.role.ReplicaState", "mayVoteFor", true)),
            Mutant.of(
                    "snapshot-switch-not-flushed",
                    "a snapshot that is told to be installed is durable",
                    "M23, P10",
                    "GroupsOracle, SystemWorld, SystemSimulation, handler",
                    insteadOfCall(
                            "shardkv.shard.GroupStateMachine", "switchOver", "KvStore.flush", code -> code.pop())),
            Mutant.of(
                    "broken-off-creation-is-removed",
                    "a creation that broke off goes on at the next start",
                    "decision 80",
                    "SystemSimulation",
                    insteadOfCall(
                            "shardkv.server.ReplicaHosting",
                            "begin",
                            "ReplicaRecovery$Recovered.equals",
                            code -> code.pop2().iconst_0())),
            Mutant.of(
                    "failed-disk-of-a-replica-is-only-told",
                    "a disk that fails a replica ends the process",
                    "DESIGN 8",
                    "ErrorLog, SystemWorld, SystemSimulation, Quiescence",
                    insteadOfCall(
                            "raft.runtime.host.RaftHost",
                            "replicaFailed",
                            "DiskException.isBehind",
                            code -> code.pop().iconst_0())),
            Mutant.of(
                    "removed-replica-keeps-its-data",
                    "a replica that is removed leaves nothing",
                    "DESIGN 8",
                    "Quiescence, SystemSimulation",
                    doesNothing("shardkv.shard.GroupStateMachine", "erase")));

    private NodeMutants() {}
}

package io.ostraka.it.mutants;

import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfCall;
import static io.ostraka.raft.testkit.changed.CodeChange.redirecting;
import static io.ostraka.raft.testkit.changed.CodeChange.says;

import io.ostraka.it.smallscope.RuleTakenOut;
import io.ostraka.raft.testkit.changed.CodeChange;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** Mistakes in the controllers: what is planned, recorded and remembered (DESIGN section 4). */
final class ControllerMutants {

    private static final String STATE = "shardctrler.state.";
    private static final String INSTEAD = "it.mutants.Instead";
    private static final ClassDesc OPTIONAL = ClassDesc.of("java.util.Optional");

    static final List<Mutant> ALL = List.of(
            Mutant.of(
                    "move-of-a-shard-out-of-range",
                    "a change that makes no sense is refused, and no entry fails in apply",
                    "M52, M56, Z2",
                    "ErrorLog",
                    insteadOfCall(
                            STATE + "ChangePlanner",
                            "move",
                            "ClusterConfig.shardCount",
                            code -> code.pop().ldc(Integer.MAX_VALUE))),
            Mutant.of(
                    "join-of-unknown-addresses",
                    "a group joins only where nodes have registered",
                    "M52, H6",
                    "ErrorLog",
                    insteadOfCall(
                            STATE + "JoinPlanner",
                            "nodeProblemOf",
                            "Map.containsKey",
                            code -> code.pop2().iconst_1())),
            Mutant.of(
                    "leaver-goes-unsettled",
                    "a group goes only when nothing can arrive at it any more",
                    "FAULTS 2, DESIGN 4",
                    "ShardsOracle, SystemSimulation, ErrorLog",
                    says(STATE + "Settlements$Draft", "isClear", true)),
            Mutant.of(
                    "leaver-goes-with-its-shards",
                    "a group goes only when it owns nothing",
                    "DESIGN 4, M51",
                    "SystemSimulation, ShardsOracle, SystemWorld, ErrorLog, GroupsOracle",
                    insteadOfCall(
                            STATE + "ConfigDraft",
                            "removeSettledLeavers",
                            "TreeSet.remove",
                            code -> code.pop2().iconst_1())),
            Mutant.of(
                    "incarnation-given-twice",
                    "a gid that joins again is another group",
                    "DESIGN 1",
                    "GroupsOracle, ShardsOracle, SystemWorld, SystemSimulation, handler",
                    insteadOfCall(
                            STATE + "JoinPlanner",
                            "join",
                            "ClusterConfig.num",
                            code -> code.pop().lconst_0())),
            Mutant.of(
                    "replica-ids-given-twice",
                    "an id of a replica is never given again",
                    "DESIGN 8",
                    "GroupsOracle, SystemWorld, SystemSimulation, handler",
                    insteadOfCall(STATE + "JoinPlanner", "join", "Registry.withNextReplicaId", code -> code.pop2())),
            Mutant.of(
                    "plan-differs-between-controllers",
                    "the plan depends on nothing but the state",
                    "M49, H8",
                    "GroupsOracle, SystemSimulation, ConfigsOracle, ErrorLog",
                    redirecting(STATE + "ConfigDraft", "rebalance", "Balancer.balance", INSTEAD)),
            Mutant.of(
                    "repeated-request-done-again",
                    "a request that is repeated has the answer that it had",
                    "DESIGN 4, C1",
                    "ConfigsOracle, ErrorLog",
                    insteadOfCall(
                            STATE + "Transitions",
                            "administer",
                            "RecordedRequests.find",
                            code -> code.pop2().invokestatic(OPTIONAL, "empty", MethodTypeDesc.of(OPTIONAL)))),
            Mutant.of(
                    "older-owner-believed",
                    "an owner is recorded by a higher epoch only",
                    "DESIGN 5.7",
                    "ConfigsOracle, ErrorLog",
                    anyEpoch("own"),
                    anyEpoch("isNewOwner")),
            Mutant.of(
                    "claimed-twice",
                    "the first claim counts",
                    "DESIGN 5.1",
                    "ConfigsOracle, ShardsOracle, ErrorLog",
                    insteadOfCall(
                            STATE + "Reports",
                            "isBirth",
                            "ShardRow.owner",
                            code -> code.pop().aconst_null()),
                    insteadOfCall(
                            STATE + "Reports",
                            "claim",
                            "ShardRow.owner",
                            code -> code.pop().aconst_null())),
            Mutant.of(
                    "image-not-written",
                    "what a controller calls durable is on its disk",
                    "H9, DESIGN 7",
                    "Machine, Server, SystemWorld, GroupsOracle",
                    insteadOfCall(
                            "shardctrler.machine.ControllerStateMachine",
                            "write",
                            "ControllerImageFile.write",
                            code -> code.pop2())),
            Mutant.of(
                    "image-not-forced",
                    "a file is forced before it takes its name",
                    "DESIGN 8, P2",
                    "Machine, Server",
                    insteadOfCall("shardctrler.machine.SealedFile", "write", "DiskFile.force", code -> code.pop())),
            Mutant.ofRule(RuleTakenOut.SETTLED_BY_NO_EXPORT_TO_IT, "FAULTS 2", "ShardsOracle"),
            Mutant.ofRule(RuleTakenOut.SETTLED_BY_WHO_KNOWS_THE_DROP, "FAULTS 2", "ShardsOracle"));

    private ControllerMutants() {}

    private static CodeChange anyEpoch(String method) {
        return insteadOfCall(
                STATE + "Reports", method, "ShardRow.epoch", code -> code.pop().ldc(-1L));
    }
}

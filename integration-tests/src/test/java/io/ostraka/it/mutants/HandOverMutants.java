package io.ostraka.it.mutants;

import static io.ostraka.raft.testkit.changed.CodeChange.afterCall;
import static io.ostraka.raft.testkit.changed.CodeChange.before;
import static io.ostraka.raft.testkit.changed.CodeChange.body;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfCall;
import static io.ostraka.raft.testkit.changed.CodeChange.named;
import static io.ostraka.raft.testkit.changed.CodeChange.redirecting;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import io.ostraka.it.smallscope.RuleTakenOut;
import io.ostraka.raft.testkit.changed.CodeChange;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** Mistakes in the hand-over of shards between groups (DESIGN section 5). */
final class HandOverMutants {

    private static final String ADMISSION = "shardkv.server.ShardAdmission";
    private static final String IMPORTER = "shardkv.migration.Importer";
    private static final String NAME = "shardkv.command.ExportName";
    private static final String OUTBOX = "shardkv.migration.Outbox";
    private static final String STATE = "shardkv.shard.ShardState";
    private static final String TAKER = "shardkv.shard.ItemTaker";
    private static final String TRANSITION = "shardkv.shard.Transition";
    private static final String TRANSITIONS = "shardkv.shard.Transitions";
    private static final String REFUSAL = "shardkv.shard.StepRefusal";
    private static final String INSTEAD = "it.mutants.Instead";

    private static final CodeChange ITEM_LOST = redirecting(TAKER, "take", "List.iterator", INSTEAD);

    static final List<Mutant> ALL = List.of(
            Mutant.of(
                    "frozen-shard-is-written",
                    "from the freeze on the source serves nothing of the shard",
                    "M45, DESIGN 5.5",
                    "WritesOracle, HistoryCheck, SystemSimulation",
                    insteadOfCall(
                            "shardkv.shard.WriteApplier", "apply", "ShardState.isServing", HandOverMutants::isHeld)),
            Mutant.of(
                    "frozen-shard-is-read",
                    "from the freeze on the source serves nothing of the shard",
                    "M45, DESIGN 5.5",
                    "HistoryCheck",
                    before(ADMISSION, "of", HandOverMutants::serveIfFrozen),
                    redirecting("shardkv.shard.GroupStateMachine", "read", "ShardState.servingEpoch", INSTEAD)),
            Mutant.of(
                    "copy-deleted-before-activation",
                    "a frozen copy stays until its successor has logged the activation",
                    "M47, DESIGN 5.7",
                    "ShardsOracle",
                    before(IMPORTER, "receivedLast", HandOverMutants::sayActivated)),
            Mutant.of(
                    "copy-never-deleted",
                    "no copy is left in the end",
                    "DESIGN 5.7, H11",
                    "SystemSimulation",
                    body(TRANSITIONS, "cleanUp", HandOverMutants::otherState)),
            Mutant.of(
                    "epoch-not-raised",
                    "the successor serves at the next epoch",
                    "DESIGN 5.6",
                    "ShardsOracle",
                    afterCall(
                            TRANSITIONS,
                            "activated",
                            "ShardState$Importing.epoch",
                            code -> code.lconst_1().lsub())),
            Mutant.of(
                    "item-lost",
                    "content is conserved: digests that differ undo a hand-over",
                    "DESIGN 5.4",
                    "SystemSimulation",
                    ITEM_LOST),
            Mutant.of(
                    "item-lost-and-digests-not-compared",
                    "digests are compared before activation",
                    "DESIGN 5.4, H3",
                    "HistoryCheck, Quiescence, WritesOracle, GroupsOracle",
                    ITEM_LOST,
                    before(TRANSITIONS, "activated", code -> code.iconst_1().istore(1))),
            Mutant.of(
                    "item-cut-short",
                    "what arrives is what was sent",
                    "DESIGN 5.3, H3",
                    "HistoryCheck, ErrorLog, GroupsOracle, SystemWorld, handler",
                    before(TAKER, "put", HandOverMutants::withoutContent)),
            Mutant.of(
                    "owner-not-reported",
                    "the successor reports the new owner",
                    "DESIGN 5.7",
                    "SystemSimulation",
                    insteadOfCall(
                            "shardkv.migration.Reporter",
                            "speak",
                            "Reporter.owners",
                            code -> code.pop2()
                                    .pop()
                                    .invokestatic(
                                            ClassDesc.of("java.util.List"),
                                            "of",
                                            MethodTypeDesc.of(ClassDesc.of("java.util.List")),
                                            true))),
            Mutant.ofRule(RuleTakenOut.SESSIONS_MOVE, "M39", "WritesOracle, HistoryCheck, GroupsOracle"),
            Mutant.ofRule(RuleTakenOut.BORN_ONCE, "FAULTS 2", "ShardsOracle"),
            Mutant.ofRule(RuleTakenOut.IMPORTER_WAITS_FOR_CANCEL, "FAULTS 2", "ShardsOracle"),
            Mutant.ofRule(RuleTakenOut.CLEAN_UP_ONLY_WHEN_FROZEN, "FAULTS 2", "ShardsOracle"),
            Mutant.ofRule(RuleTakenOut.BEGIN_IMPORT_ONLY_WHEN_ABSENT, "FAULTS 2", "ShardsOracle"),
            Mutant.ofRule(RuleTakenOut.EXPORT_IDS_COMPARED, "FAULTS 2", "ShardsOracle, SystemWorld"),
            Mutant.ofRule(RuleTakenOut.CANCEL_LOGGED, "FAULTS 2", "ShardsOracle"),
            Mutant.ofRule(
                    RuleTakenOut.IDENTITY_WITH_INCARNATION, "FAULTS 2", "ShardsOracle, GroupsOracle, SystemWorld"));

    private HandOverMutants() {}

    private static void isHeld(CodeBuilder code) {
        code.dup()
                .instanceOf(named(STATE + "$Frozen"))
                .swap()
                .invokeinterface(named(STATE), "isServing", MethodTypeDesc.of(CD_boolean))
                .ior();
    }

    private static void serveIfFrozen(CodeBuilder code) {
        ClassDesc serve = named(ADMISSION + "$Serve");
        code.aload(2)
                .instanceOf(named(STATE + "$Frozen"))
                .ifThen(frozen -> frozen.new_(serve)
                        .dup()
                        .lconst_0()
                        .invokespecial(serve, "<init>", MethodTypeDesc.of(CD_void, CD_long))
                        .areturn());
    }

    private static void sayActivated(CodeBuilder code) {
        ClassDesc send = named("shardkv.migration.AgentAction$SendToSource");
        ClassDesc activated = named("shardkv.migration.TransferRequest$Activated");
        code.aload(0)
                .getfield(named(IMPORTER), "outbox", named(OUTBOX))
                .new_(send)
                .dup()
                .new_(activated)
                .dup()
                .aload(0)
                .getfield(named(IMPORTER), "name", named(NAME))
                .invokespecial(activated, "<init>", MethodTypeDesc.of(CD_void, named(NAME)))
                .invokespecial(send, "<init>", MethodTypeDesc.of(CD_void, named("shardkv.migration.TransferRequest")))
                .invokevirtual(
                        named(OUTBOX), "add", MethodTypeDesc.of(CD_void, named("shardkv.migration.AgentAction")));
    }

    private static void otherState(CodeBuilder code) {
        code.getstatic(named(REFUSAL), "OTHER_STATE", named(REFUSAL))
                .invokestatic(named(TRANSITION), "ignored", MethodTypeDesc.of(named(TRANSITION), named(REFUSAL)), true)
                .areturn();
    }

    /** An item arrives with one byte less. */
    private static void withoutContent(CodeBuilder code) {
        ClassDesc bytes = named("raft.core.Bytes");
        code.aload(4)
                .iconst_0()
                .aload(4)
                .invokevirtual(bytes, "size", MethodTypeDesc.of(CD_int))
                .iconst_1()
                .isub()
                .invokevirtual(bytes, "slice", MethodTypeDesc.of(bytes, CD_int, CD_int))
                .astore(4);
    }
}

package io.ostraka.it.smallscope;

import static io.ostraka.raft.testkit.changed.CodeChange.before;
import static io.ostraka.raft.testkit.changed.CodeChange.body;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadBy;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfCall;
import static io.ostraka.raft.testkit.changed.CodeChange.named;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import io.ostraka.raft.testkit.changed.CodeChange;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** The changes that take rules out of the system, for {@link RuleTakenOut}. */
final class Changes {

    private static final String BYTES = "raft.core.Bytes";
    private static final String CANCELLED = "shardkv.migration.TransferReply$Cancelled";
    private static final String EXPORTER = "shardkv.migration.Exporter";
    private static final String GROUP = "raft.core.GroupId";
    private static final String IMPORTER = "shardkv.migration.Importer";
    private static final String NAME = "shardkv.command.ExportName";
    private static final String PROOF = "shardkv.command.Command$ForgetProof";
    private static final String REF = "proto.config.GroupRef";
    private static final String REPORT = "shardctrler.command.OwnerReport";
    private static final String ROW = "proto.config.ShardRow";
    private static final String SESSIONS = "shardkv.session.SessionTable";
    private static final String SETTLEMENTS = "shardctrler.state.Settlements";
    private static final String SHARD = "shardkv.shard.Shard";
    private static final String STATE = "shardkv.shard.ShardState";
    private static final String TAKER = "shardkv.shard.ItemTaker";
    private static final String TRANSITION = "shardkv.shard.Transition";
    private static final String TRANSITIONS = "shardkv.shard.Transitions";
    private static final String WITHOUT = "shardkv.shard.WithoutRules";

    private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
    private static final MethodTypeDesc MIN = MethodTypeDesc.of(CD_long, CD_long, CD_long);

    private Changes() {}

    /** A step as {@code WithoutRules} has it, or a class in it. */
    static CodeChange inTransitions(String method, String nested) {
        return insteadBy(TRANSITIONS, method, WITHOUT + nested);
    }

    static CodeChange exportIdsEqual() {
        return body(
                "shardkv.command.ExportId", "equals", code -> code.iconst_1().ireturn());
    }

    static CodeChange cancelNotLogged() {
        return body(
                EXPORTER,
                "cancel",
                code -> code.aload(0)
                        .new_(named(CANCELLED))
                        .dup()
                        .aload(0)
                        .getfield(named(EXPORTER), "name", named(NAME))
                        .invokespecial(named(CANCELLED), "<init>", MethodTypeDesc.of(CD_void, named(NAME)))
                        .invokevirtual(
                                named(EXPORTER),
                                "send",
                                MethodTypeDesc.of(CD_void, named("shardkv.migration.TransferReply")))
                        .return_());
    }

    static CodeChange noIdRemembered() {
        return body(SHARD, "isCancelled", code -> code.iconst_0().ireturn());
    }

    static CodeChange unknownIdNotRemembered() {
        ClassDesc heeded = named("shardkv.shard.KvResult$Heeded");
        return before(
                "shardkv.shard.HandOverApplier",
                "cancel",
                code -> code.aload(1)
                        .invokevirtual(named(SHARD), "state", MethodTypeDesc.of(named(STATE)))
                        .aload(2)
                        .invokeinterface(named(STATE), "isExporting", MethodTypeDesc.of(CD_boolean, named(NAME)))
                        .ifThenElse(
                                exporting -> {},
                                other -> other.getstatic(heeded, "INSTANCE", heeded)
                                        .areturn()));
    }

    static CodeChange[] gidsOnly() {
        return new CodeChange[] {
            body(GROUP, "equals", Changes::sameGid), body(GROUP, "compareTo", Changes::compareGid),
        };
    }

    private static void sameGid(CodeBuilder code) {
        code.aload(1).instanceOf(named(GROUP)).ifThen(group -> {
            gids(group);
            group.lcmp().ifThen(differ -> differ.iconst_0().ireturn());
            group.iconst_1().ireturn();
        });
        code.iconst_0().ireturn();
    }

    private static void compareGid(CodeBuilder code) {
        gids(code);
        code.lcmp().ireturn();
    }

    private static void gids(CodeBuilder code) {
        code.aload(0)
                .getfield(named(GROUP), "gid", CD_long)
                .aload(1)
                .checkcast(named(GROUP))
                .getfield(named(GROUP), "gid", CD_long);
    }

    static CodeChange exporterSettles() {
        return insteadOfCall(
                SETTLEMENTS, "settles", "OwnerReport.peer", code -> code.pop().aconst_null());
    }

    static CodeChange staleOwnerSettles() {
        return insteadOfCall(
                SETTLEMENTS,
                "settles",
                "OwnerReport.appliedRevision",
                code -> code.pop().ldc(Long.MAX_VALUE));
    }

    static CodeChange anyStateSettles() {
        return insteadOfCall(
                SETTLEMENTS,
                "settles",
                "OwnerReport.holdsToken",
                code -> code.pop().iconst_1());
    }

    static CodeChange anyEpochSettles() {
        return body(
                "shardctrler.state.Reports",
                "isRecordedOwner",
                code -> code.aload(1)
                        .invokevirtual(named(REPORT), "group", MethodTypeDesc.of(named(REF)))
                        .aload(0)
                        .invokevirtual(named(ROW), "owner", MethodTypeDesc.of(named(REF)))
                        .invokevirtual(named(REF), "equals", MethodTypeDesc.of(CD_boolean, CD_Object))
                        .ireturn());
    }

    /** As if every shard were asked for. */
    static CodeChange everyShardTold() {
        return insteadOfCall(
                "shardkv.migration.Reporter",
                "copies",
                "ShardPlan.isPending",
                code -> code.pop().iconst_1());
    }

    static CodeChange exportUnplanned() {
        return insteadOfCall(
                TRANSITIONS,
                "beginExport",
                "ShardPlan.target",
                code -> code.pop().aload(4).invokevirtual(named(NAME), "importer", MethodTypeDesc.of(named(GROUP))));
    }

    static CodeChange importerForgetsAtOnce() {
        return before(
                IMPORTER,
                "begin",
                code -> code.iload(2)
                        .ifThen(cancels -> cancels.aload(0)
                                .getstatic(named(PROOF), "SOURCE_CANCELLED", named(PROOF))
                                .invokevirtual(named(IMPORTER), "forget", MethodTypeDesc.of(CD_void, named(PROOF)))
                                .return_()));
    }

    static CodeChange importerForgetsNever() {
        return body(IMPORTER, "forget", CodeBuilder::return_);
    }

    /** The importer that is told that it is too late to cancel takes it for any other refusal. */
    static CodeChange freezeNotBelieved() {
        ClassDesc refusal = named("shardkv.migration.TransferReply$Refusal");
        return insteadOfCall(
                IMPORTER,
                "received",
                "TransferReply$Refused.refusal",
                code -> code.pop().getstatic(refusal, "RETRY_AFTER", refusal));
    }

    static CodeChange ownersNotReported() {
        ClassDesc list = ClassDesc.of("java.util.List");
        return body(
                "shardkv.migration.Reporter",
                "owners",
                code -> code.invokestatic(list, "of", MethodTypeDesc.of(list), true)
                        .areturn());
    }

    static CodeChange shardTimeOfItsOwn() {
        return before(SHARD, "arrive", code -> code.lconst_0().lstore(4));
    }

    static CodeChange sessionsNotCopied() {
        return before(
                TAKER,
                "put",
                code -> code.aload(2)
                        .invokestatic(named(TAKER), "isData", MethodTypeDesc.of(CD_boolean, named(BYTES)))
                        .ifThenElse(data -> {}, CodeBuilder::return_));
    }

    static CodeChange digestNotCompared() {
        return before(TRANSITIONS, "activated", code -> code.iconst_1().istore(1));
    }

    static CodeChange tombstonesNotKept() {
        return insteadOfCall(
                TAKER, "take", "PendingWrites.put", code -> code.pop2().pop());
    }

    static CodeChange latestRevision() {
        return insteadOfCall(
                TRANSITIONS,
                "logged",
                "Math.min",
                code -> code.invokestatic(named(WITHOUT), "min", MethodTypeDesc.of(CD_long, CD_long, CD_long)));
    }

    static CodeChange notClearedAtBegin() {
        return insteadOfCall(TRANSITIONS, "beginImport", "Transition.clearing", Changes::keep);
    }

    static CodeChange neverCleared() {
        return body(TRANSITION, "clearing", code -> {
            code.aload(0);
            keep(code);
            code.areturn();
        });
    }

    private static void keep(CodeBuilder code) {
        code.invokestatic(named(TRANSITION), "keeping", MethodTypeDesc.of(named(TRANSITION), named(STATE)), true);
    }

    /** A session is as old as the first write that was heard of it, whatever came later. */
    static CodeChange agedByFirstT0() {
        ClassDesc session = named(SESSIONS + "$Session");
        return before(
                SESSIONS,
                "age",
                code -> code.aload(1)
                        .getfield(session, "latestT0Millis", CD_long)
                        .lconst_0()
                        .lcmp()
                        .ifThen(known -> known.return_()));
    }

    static CodeChange[] t0Clamped() {
        return new CodeChange[] {
            before(
                    SESSIONS,
                    "admit",
                    code -> code.lload(6)
                            .lload(9)
                            .ldc(SessionModel.AHEAD_MILLIS)
                            .ladd()
                            .invokestatic(MATH, "min", MIN)
                            .lstore(6)),
            insteadOfCall(
                    "shardkv.shard.WriteApplier",
                    "run",
                    "ClientWrite.t0Millis",
                    code -> code.invokevirtual(
                                    named("shardkv.command.ClientWrite"), "t0Millis", MethodTypeDesc.of(CD_long))
                            .lload(3)
                            .ldc(SessionModel.AHEAD_MILLIS)
                            .ladd()
                            .invokestatic(MATH, "min", MIN)),
        };
    }

    static CodeChange floorNotRaised() {
        return insteadOfCall(SESSIONS, "makeRoom", "Math.max", code -> code.pop2());
    }
}

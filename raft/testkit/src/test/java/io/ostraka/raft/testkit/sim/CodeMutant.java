package io.ostraka.raft.testkit.sim;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;

/**
 * Mistakes within Raft itself, where no {@link Tampering} reaches: one method does something else. It is changed when
 * {@link MutantLoader} reads its class, so nothing that is built or shipped has a trace of it.
 */
@NullMarked
enum CodeMutant {

    /** The lease counts from the answer that completes a round, not from the sending of the round. */
    LEASE_FROM_THE_ANSWER(
            "core.role.LeaderReads",
            "confirm",
            insteadOfCall(
                    "confirmedStartNanos",
                    code -> code.pop()
                            .aload(0)
                            .getfield(raft("core.role.LeaderReads"), "state", raft("core.role.ReplicaState"))
                            .invokevirtual(raft("core.role.ReplicaState"), "nowNanos", MethodTypeDesc.of(CD_long)))),

    /** The lease is as long as followers stick to a leader, as if all clocks had one speed. */
    LEASE_WITHOUT_MARGIN(
            "core.RaftConfig",
            "leaseNanos",
            body(code -> code.aload(0)
                    .getfield(raft("core.RaftConfig"), "electionTimeoutMinNanos", CD_long)
                    .lreturn())),

    /** A leader that has asked another one to stand for election keeps its lease. */
    LEASE_KEPT_AFTER_TIMEOUT_NOW("core.read.Lease", "forfeit", body(CodeBuilder::return_)),

    /** A leader that falls quiet keeps its lease. */
    LEASE_KEPT_WHEN_QUIET("core.read.Lease", "drop", body(CodeBuilder::return_)),

    /** Replicas take part in any election, however lately they have heard of a leader. */
    NO_STICKINESS(
            "core.role.ReplicaState", "isSticky", body(code -> code.iconst_0().ireturn())),

    /** A round that begins while another is under way gets the same number. */
    ROUND_REUSED(
            "core.read.Rounds",
            "start",
            before(code -> code.aload(0)
                    .invokevirtual(raft("core.read.Rounds"), "isOneUnderWay", MethodTypeDesc.of(CD_boolean))
                    .ifThen(underWay -> underWay.aload(0)
                            .getfield(raft("core.read.Rounds"), "latest", CD_long)
                            .lreturn()))),

    /** A leader counts who has entries of earlier terms. */
    EARLIER_TERM_COMMITTED_BY_COUNTING(
            "core.role.Leader",
            "advanceCommit",
            insteadOfField("firstIndexOfTerm", code -> code.pop().lconst_0())),

    /** A write is taken to prove also what has replaced its entries meanwhile. */
    WRITE_PROVES_WHAT_REPLACED_IT("core.log.WriteProgress", "truncatedFrom", body(CodeBuilder::return_)),

    /** What was held back for a write leaves also in a later term. */
    OVERTAKEN_MESSAGE_SENT(
            "runtime.host.ReplicaDriver",
            "sendUnlessOvertaken",
            body(code -> code.aload(0)
                    .getfield(raft("runtime.host.ReplicaDriver"), "ports", raft("runtime.host.ReplicaPorts"))
                    .aload(1)
                    .invokeinterface(
                            raft("runtime.host.ReplicaPorts"),
                            "send",
                            MethodTypeDesc.of(CD_void, raft("core.message.Message")))
                    .return_()));

    private final String className;
    private final String method;

    @SuppressWarnings("ImmutableEnumChecker") // a function without state
    private final MethodTransform change;

    CodeMutant(String className, String method, MethodTransform change) {
        this.className = "io.ostraka.raft." + className;
        this.method = method;
        this.change = change;
    }

    /** Returns the class that is changed. */
    String className() {
        return className;
    }

    /** Returns its method that is changed. */
    String method() {
        return method;
    }

    /** Returns how. */
    MethodTransform change() {
        return change;
    }

    private static ClassDesc raft(String name) {
        return ClassDesc.of("io.ostraka.raft." + name);
    }

    /** The method does only this. */
    private static MethodTransform body(Consumer<CodeBuilder> code) {
        return (method, element) -> {
            if (element instanceof CodeModel) {
                method.withCode(code);
            } else {
                method.with(element);
            }
        };
    }

    /** The method does this first. */
    private static MethodTransform before(Consumer<CodeBuilder> code) {
        return (method, element) -> {
            if (element instanceof CodeModel model) {
                method.withCode(whole -> {
                    code.accept(whole);
                    model.forEach(whole::with);
                });
            } else {
                method.with(element);
            }
        };
    }

    /** The method does this where it calls another one. */
    private static MethodTransform insteadOfCall(String called, Consumer<CodeBuilder> code) {
        return MethodTransform.transformingCode((whole, element) -> {
            if (element instanceof InvokeInstruction call && call.name().equalsString(called)) {
                code.accept(whole);
            } else {
                whole.with(element);
            }
        });
    }

    /** The method does this where it reads a field. */
    private static MethodTransform insteadOfField(String read, Consumer<CodeBuilder> code) {
        return MethodTransform.transformingCode((whole, element) -> {
            if (element instanceof FieldInstruction field && field.name().equalsString(read)) {
                code.accept(whole);
            } else {
                whole.with(element);
            }
        });
    }
}

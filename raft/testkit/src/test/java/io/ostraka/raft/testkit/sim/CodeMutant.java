package io.ostraka.raft.testkit.sim;

import static io.ostraka.raft.testkit.changed.CodeChange.before;
import static io.ostraka.raft.testkit.changed.CodeChange.body;
import static io.ostraka.raft.testkit.changed.CodeChange.doesNothing;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfCall;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfField;
import static io.ostraka.raft.testkit.changed.CodeChange.named;
import static io.ostraka.raft.testkit.changed.CodeChange.says;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import io.ostraka.raft.testkit.changed.ChangedSystem;
import io.ostraka.raft.testkit.changed.CodeChange;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Mistakes within Raft itself, where no {@link Tampering} reaches: one method does something else. */
@NullMarked
enum CodeMutant {

    /** The lease counts from the answer that completes a round, not from the sending of the round. */
    LEASE_FROM_THE_ANSWER(
            insteadOfCall("raft.core.role.LeaderReads", "confirm", "Rounds.confirmedStartNanos", CodeMutant::now)),

    /** The lease is as long as followers stick to a leader, as if all clocks had one speed. */
    LEASE_WITHOUT_MARGIN(body(
            "raft.core.RaftConfig",
            "leaseNanos",
            code -> code.aload(0)
                    .getfield(named("raft.core.RaftConfig"), "electionTimeoutMinNanos", CD_long)
                    .lreturn())),

    /** A leader that has asked another one to stand for election keeps its lease. */
    LEASE_KEPT_AFTER_TIMEOUT_NOW(doesNothing("raft.core.read.Lease", "forfeit")),

    /** A leader that falls quiet keeps its lease. */
    LEASE_KEPT_WHEN_QUIET(doesNothing("raft.core.read.Lease", "drop")),

    /** Replicas take part in any election, however lately they have heard of a leader. */
    NO_STICKINESS(says("raft.core.role.ReplicaState", "isSticky", false)),

    /** A round that begins while another is under way gets the same number. */
    ROUND_REUSED(before("raft.core.read.Rounds", "start", CodeMutant::roundUnderWay)),

    /** A leader counts who has entries of earlier terms. */
    EARLIER_TERM_COMMITTED_BY_COUNTING(insteadOfField(
            "raft.core.role.Leader",
            "advanceCommit",
            "firstIndexOfTerm",
            code -> code.pop().lconst_0())),

    /** A write is taken to prove also what has replaced its entries meanwhile. */
    WRITE_PROVES_WHAT_REPLACED_IT(doesNothing("raft.core.log.WriteProgress", "truncatedFrom")),

    /** What was held back for a write leaves also in a later term. */
    OVERTAKEN_MESSAGE_SENT(
            body("raft.runtime.host.ReplicaDriver", "sendUnlessOvertaken", CodeMutant::sendWhateverTheTerm));

    @SuppressWarnings("ImmutableEnumChecker") // functions without state
    private final CodeChange change;

    CodeMutant(CodeChange change) {
        this.change = change;
    }

    /** Returns the run of a seed with the mistake in it. */
    LongFunction<@Nullable String> seedRun() {
        return new ChangedSystem(List.of(change)).instance(SeedRun.class);
    }

    private static void now(CodeBuilder code) {
        ClassDesc state = named("raft.core.role.ReplicaState");
        code.pop()
                .aload(0)
                .getfield(named("raft.core.role.LeaderReads"), "state", state)
                .invokevirtual(state, "nowNanos", MethodTypeDesc.of(CD_long));
    }

    private static void roundUnderWay(CodeBuilder code) {
        ClassDesc rounds = named("raft.core.read.Rounds");
        code.aload(0)
                .invokevirtual(rounds, "isOneUnderWay", MethodTypeDesc.of(CD_boolean))
                .ifThen(underWay ->
                        underWay.aload(0).getfield(rounds, "latest", CD_long).lreturn());
    }

    private static void sendWhateverTheTerm(CodeBuilder code) {
        ClassDesc ports = named("raft.runtime.host.ReplicaPorts");
        code.aload(0)
                .getfield(named("raft.runtime.host.ReplicaDriver"), "ports", ports)
                .aload(1)
                .invokeinterface(ports, "send", MethodTypeDesc.of(CD_void, named("raft.core.message.Message")))
                .return_();
    }
}

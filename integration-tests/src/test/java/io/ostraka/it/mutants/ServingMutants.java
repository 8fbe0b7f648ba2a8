package io.ostraka.it.mutants;

import static io.ostraka.raft.testkit.changed.CodeChange.before;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfCall;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfField;
import static io.ostraka.raft.testkit.changed.CodeChange.named;
import static io.ostraka.raft.testkit.changed.CodeChange.says;
import static java.lang.constant.ConstantDescs.CD_long;

import io.ostraka.raft.testkit.changed.CodeChange;
import java.lang.classfile.CodeBuilder;
import java.util.List;

/** Mistakes in how clients are served: reads (DESIGN section 3), and the client's library (sections 6 and 9). */
final class ServingMutants {

    private static final String READS = "raft.core.role.LeaderReads";
    private static final String ROUTING = "client.internal.routing.";
    private static final String REQUEST = ROUTING + "Request";

    static final List<Mutant> ALL = List.of(
            Mutant.of(
                    "read-needs-no-round",
                    "a read waits for a round that began after it arrived",
                    "M33, R3",
                    "HistoryCheck",
                    says(READS, "isLeased", true),
                    before(READS, "out", code -> code.iconst_0().istore(2))),
            Mutant.of(
                    "read-before-own-term",
                    "a leader reads only once it has committed an entry of its term",
                    "M34, R3",
                    "HistoryCheck, SystemWorld",
                    ownTermNotAsked("answer"),
                    ownTermNotAsked("isLeased"),
                    ownTermNotAsked("indexNow")),
            Mutant.of(
                    "read-does-not-wait-for-apply",
                    "a read waits until what was committed when it arrived is applied",
                    "DESIGN 3",
                    "HistoryCheck",
                    insteadOfCall(
                            "raft.runtime.host.HostedGroup",
                            "readable",
                            "ReadResult$Ready.index",
                            code -> code.pop().lconst_0())),
            Mutant.of(
                    "any-replica-reads-unproved",
                    "also a replica that does not lead proves that it has what was acknowledged",
                    "DESIGN 3",
                    "HistoryCheck",
                    says("shardkv.server.GroupReads", "isProvedWithin", true)),
            Mutant.of(
                    "lease-without-end",
                    "a lease ends",
                    "M36, R4, R8",
                    "HistoryCheck",
                    says("raft.core.read.Lease", "holdsAt", true),
                    says("raft.runtime.host.Leadership", "leasedAt", true)),
            Mutant.of(
                    "unknown-is-not-applied",
                    "'not applied' is said only if every attempt was refused",
                    "DESIGN 6, C1",
                    "HistoryCheck",
                    says(REQUEST, "isOutcomeOpen", false)),
            Mutant.of(
                    "retry-under-a-new-number",
                    "a repeat has the number of the write that it repeats",
                    "DESIGN 6, C1",
                    "HistoryCheck, WritesOracle",
                    before(ROUTING + "RequestEngine", "retryLater", ServingMutants::numberless)),
            Mutant.of(
                    "lost-attempt-forgotten",
                    "an attempt whose connection broke may have been proposed",
                    "DESIGN 6, C1",
                    "HistoryCheck",
                    insteadOfField(
                            REQUEST, "lose", "handedOver", code -> code.pop().iconst_0())),
            Mutant.of(
                    "two-clients-one-session",
                    "a session's name is its own",
                    "DESIGN 6",
                    "HistoryCheck, WritesOracle, SystemClient",
                    insteadOfCall(
                            "client.internal.RealOstrakaClient",
                            "<init>",
                            "RandomGenerator.nextLong",
                            code -> code.pop().lconst_1())),
            Mutant.of(
                    "unanswered-number-let-go",
                    "the lowest unanswered number is held back by what is in flight",
                    "DESIGN 6",
                    "SystemClient",
                    insteadOfField(
                            ROUTING + "NumberWindow",
                            "lowestUnanswered",
                            "lowest",
                            code -> code.getfield(named(ROUTING + "NumberWindow"), "next", CD_long))),
            Mutant.of(
                    "refusal-of-what-was-proposed",
                    "a refusal is a verdict: what was proposed and lost is unknown",
                    "DESIGN 6",
                    "HistoryCheck",
                    before(
                            ROUTING + "AnswerRules",
                            "isOpen",
                            code -> code.iconst_0().ireturn())));

    private ServingMutants() {}

    private static CodeChange ownTermNotAsked(String method) {
        return insteadOfField(
                READS, method, "firstIndexOfTerm", code -> code.pop().lconst_0());
    }

    private static void numberless(CodeBuilder code) {
        for (String field : List.of("number", "t0Millis")) {
            code.aload(1).lconst_0().putfield(named(REQUEST), field, CD_long);
        }
    }
}

package io.ostraka.it.mutants;

import static io.ostraka.raft.testkit.changed.CodeChange.before;
import static io.ostraka.raft.testkit.changed.CodeChange.body;
import static io.ostraka.raft.testkit.changed.CodeChange.doesNothing;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfCall;
import static io.ostraka.raft.testkit.changed.CodeChange.insteadOfField;
import static io.ostraka.raft.testkit.changed.CodeChange.named;
import static io.ostraka.raft.testkit.changed.CodeChange.redirecting;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** Mistakes in what a group's log does to its shards, their sessions and their store. */
final class ShardMutants {

    private static final String SESSIONS = "shardkv.session.SessionTable";
    private static final String SHARD = "shardkv.shard.Shard";
    private static final String STATE = "shardkv.shard.GroupState";
    private static final String MACHINE = "shardkv.shard.GroupStateMachine";
    private static final String KEYS = "shardkv.shard.StoreKeys";
    private static final String BYTES = "raft.core.Bytes";

    static final List<Mutant> ALL = List.of(
            Mutant.of(
                    "write-leaves-no-record",
                    "each write leaves its result in its session",
                    "DESIGN 6",
                    "WritesOracle",
                    doesNothing(SESSIONS, "record")),
            Mutant.of(
                    "repeats-not-asked-for-in-apply",
                    "whether a write was done is asked when it is applied, not only before",
                    "M40",
                    "WritesOracle",
                    insteadOfCall(
                            SESSIONS,
                            "admit",
                            "TreeMap.get",
                            code -> code.pop2().aconst_null())),
            Mutant.of(
                    "done-number-not-asked",
                    "a number below what its session is done with is not run again",
                    "DESIGN 6",
                    "WritesOracle, HistoryCheck",
                    insteadOfField(
                            SESSIONS, "admit", "doneBelow", code -> code.pop().lconst_0())),
            Mutant.of(
                    "ask-leaves-no-record",
                    "who asks for an outcome that is not there makes it be 'cancelled'",
                    "DESIGN 6",
                    "WritesOracle, HistoryCheck",
                    before(SESSIONS, "record", ShardMutants::nothingIfCancelled)),
            Mutant.of(
                    "sessions-not-loaded",
                    "the table of sessions is a function of the rows in the store",
                    "DESIGN 6, C9",
                    "GroupsOracle, WritesOracle, Quiescence",
                    insteadOfCall(
                            STATE,
                            "load",
                            "GroupState.loadSessions",
                            code -> code.pop2().pop2())),
            Mutant.of(
                    "snapshot-without-sessions",
                    "a snapshot has the sessions",
                    "M28, C3",
                    "GroupsOracle, WritesOracle, Quiescence, handler",
                    redirecting("shardkv.shard.GroupSnapshotWriter", "write", "StoreBatch.put", "it.mutants.Instead")),
            Mutant.of(
                    "revisions-begin-anew-after-a-move",
                    "revisions go on where the source stopped",
                    "DESIGN 5",
                    "WritesOracle",
                    before(SHARD, "arrive", code -> code.lconst_0().lstore(2))),
            Mutant.of(
                    "position-of-the-entry-before",
                    "what was applied and how far are one batch",
                    "P6, DESIGN 7",
                    "GroupsOracle, WritesOracle, SystemWorld, SystemSimulation, handler",
                    insteadOfField(
                            STATE,
                            "write",
                            "position",
                            code -> code.getfield(named(STATE), "previous", named("raft.core.LogPosition")))),
            Mutant.of(
                    "flush-covers-what-it-lacks",
                    "the log is given back only up to a completed flush",
                    "M23, P10",
                    "GroupsOracle, SystemWorld, SystemSimulation, handler",
                    insteadOfCall(MACHINE, "flush", "KvStore.flush", CodeBuilder::pop)),
            Mutant.of(
                    "shard-has-no-upper-bound",
                    "a shard's range ends before the next shard",
                    "M48, H1",
                    "WritesOracle, HistoryCheck, GroupsOracle, SystemWorld, SystemSimulation, handler",
                    body(KEYS, "shardTo", ShardMutants::generationTo)),
            Mutant.of(
                    "items-have-no-upper-bound",
                    "the items of a shard end before the next shard's",
                    "M48, H2",
                    "SystemSimulation, HistoryCheck, SystemWorld",
                    body(KEYS, "itemsTo", ShardMutants::generationTo)),
            Mutant.of(
                    "failed-condition-writes",
                    "a compare-and-set whose revision does not match changes nothing",
                    "DESIGN 7",
                    "HistoryCheck",
                    insteadOfCall(
                            "shardkv.shard.KeyWriter",
                            "compareAndSet",
                            "WriteOp$CompareAndSet.expectedRevision",
                            code -> code.pop().lload(5))),
            Mutant.of(
                    "batch-half-done",
                    "a batch is done whole or not at all",
                    "DESIGN 4",
                    "HistoryCheck",
                    redirecting("shardkv.shard.KeyWriter", "runAll", "Map.entrySet", "it.mutants.Instead")));

    private ShardMutants() {}

    private static void nothingIfCancelled(CodeBuilder code) {
        ClassDesc kind = named("shardkv.session.WriteOutcome$Kind");
        code.aload(10)
                .invokevirtual(named("shardkv.session.WriteOutcome"), "kind", MethodTypeDesc.of(kind))
                .getstatic(kind, "CANCELLED", kind)
                .ifThen(Opcode.IF_ACMPEQ, CodeBuilder::return_);
    }

    private static void generationTo(CodeBuilder code) {
        code.aload(0)
                .invokevirtual(named(KEYS), "generationTo", MethodTypeDesc.of(named(BYTES)))
                .areturn();
    }
}

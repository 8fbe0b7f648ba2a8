package io.ostraka.it.smallscope;

import io.ostraka.it.smallscope.Scope.Kind;
import io.ostraka.raft.testkit.changed.ChangedSystem;
import io.ostraka.raft.testkit.changed.CodeChange;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A rule of the hand-over or of sessions that is taken out of the system, how far one has to look to see that it is
 * needed, and what goes wrong then. Where another rule stands for the same, that is a row of its own: nothing goes
 * wrong as long as one of them is there.
 */
public enum RuleTakenOut {
    EXPORT_IDS_COMPARED("export ids compared", Scope.ofMoves(3, 2, 0), Safety.TOKEN_LOST, Changes.exportIdsEqual()),
    CANCEL_LOGGED("`CancelExport` logged", Scope.ofMoves(2, 1, 0), Safety.TOKEN_LOST, Changes.cancelNotLogged()),
    CANCELLED_ID_REMEMBERED(
            "a cancelled id remembered", Scope.ofMoves(2, 1, 0), Safety.TOKEN_LOST, Changes.noIdRemembered()),
    UNKNOWN_CANCELLED_ID_REMEMBERED(
            "also one that was never exported",
            Scope.ofMoves(2, 1, 0),
            Safety.TOKEN_LOST,
            Changes.unknownIdNotRemembered()),
    CLEAN_UP_ONLY_WHEN_FROZEN(
            "clean-up only in `FROZEN` of that export",
            Scope.ofMoves(1, 1, 0).after(1),
            Safety.TOKEN_LOST,
            Changes.inTransitions("cleanUp", "")),
    IDENTITY_WITH_INCARNATION(
            "group identity with incarnation", Scope.of(3, 1, 0), Safety.TOKEN_LOST, Changes.gidsOnly()),
    SETTLED_BY_NO_EXPORT_TO_IT(
            "a leaving group settled only by who does not export to it",
            Scope.of(2, 1, 0),
            Safety.TOKEN_LOST,
            Changes.exporterSettles()),
    SETTLED_BY_WHO_KNOWS_THE_DROP(
            "a leaving group settled only by who knows the drop",
            Scope.of(2, 1, 0),
            Safety.TOKEN_LOST,
            Changes.staleOwnerSettles()),
    SETTLED_BY_THE_TOKEN_S_HOLDER(
            "a leaving group settled only by the token's holder (1), at the recorded epoch (2)",
            Scope.of(2, 1, 0),
            "(3) groups say nothing of a shard that they do not have, and a copy names for whom it is frozen",
            Changes.anyStateSettles(),
            Changes.anyEpochSettles()),
    SETTLED_BY_ANYBODY(
            "(1), (2) and (3)",
            Scope.of(2, 1, 0),
            Safety.TOKEN_LOST,
            Changes.anyStateSettles(),
            Changes.anyEpochSettles(),
            Changes.everyShardTold()),
    BEGIN_IMPORT_ONLY_WHEN_ABSENT(
            "`BeginImport` only from `ABSENT`",
            Scope.ofMoves(1, 2, 0),
            Safety.TOKEN_LOST,
            Changes.inTransitions("beginImport", "")),
    BEGIN_IMPORT_NOT_WHEN_FROZEN(
            "`BeginImport` not from `FROZEN` (1)",
            Scope.ofMoves(1, 2, 0).after(2),
            "as planned in its own configuration (2), at no epoch that was passed (3)",
            Changes.inTransitions("beginImport", "$FromFrozen")),
    BEGIN_IMPORT_NOT_LATE(
            "(1), (2) and (3)",
            Scope.ofMoves(1, 2, 0).after(2),
            Safety.TOKEN_LOST,
            Changes.inTransitions("beginImport", "$FromFrozenUnplanned")),
    BEGIN_EXPORT_AS_PLANNED(
            "`BeginExport` asks the source's own configuration",
            Scope.of(2, 1, 0),
            Safety.TOKEN_LOST,
            Changes.exportUnplanned()),
    IMPORTER_WAITS_FOR_CANCEL(
            "the importer waits for the source's cancel",
            Scope.ofMoves(2, 1, 0),
            Safety.TOKEN_LOST,
            Changes.importerForgetsAtOnce()),
    EXPORT_AT_ITS_EPOCH(
            "the epoch compared at the start of an export",
            Scope.ofMoves(1, 1, 0).after(2),
            Safety.TOKEN_LOST,
            Changes.inTransitions("beginExport", "")),
    BORN_ONCE(
            "birth only where no epoch was ever held",
            Scope.ofMoves(1, 1, 0),
            Safety.TWO_SERVERS,
            Changes.inTransitions("createShard", "")),
    SHARD_TIME_CONTINUED(
            "shard time continued at activation",
            Scope.ofMoves(1, 1, 2).with(Kind.TIME),
            Safety.EXECUTED_TWICE,
            Changes.shardTimeOfItsOwn()),
    SESSIONS_MOVE(
            "session rows copied with the shard",
            Scope.ofMoves(1, 1, 2),
            Safety.EXECUTED_TWICE,
            Changes.sessionsNotCopied()),
    DIGEST_COMPARED(
            "the digest compared (1)",
            Scope.ofMoves(1, 1, 2).with(Kind.COPIES_WHILE_SERVING),
            "every other rule: the digest finds what should not be",
            Changes.digestNotCompared()),
    TOMBSTONES_KEPT(
            "(1), and tombstones kept until activation",
            Scope.ofMoves(1, 1, 2).with(Kind.COPIES_WHILE_SERVING),
            Safety.CAME_BACK,
            Changes.digestNotCompared(),
            Changes.tombstonesNotKept()),
    LOWEST_REVISION(
            "(1), and the lowest revision among base chunks",
            Scope.ofMoves(1, 1, 2).with(Kind.COPIES_WHILE_SERVING),
            Safety.WRITE_MISSING,
            Changes.digestNotCompared(),
            Changes.latestRevision()),
    CLEARED_AT_BEGIN(
            "(1), and the shard cleared at `BeginImport`",
            Scope.ofMoves(1, 1, 2).after(1),
            "`CleanUp` and `ForgetImport` clear it before",
            Changes.digestNotCompared(),
            Changes.notClearedAtBegin()),
    CLEARED(
            "(1), and the shard cleared at `CleanUp`, `ForgetImport` and `BeginImport`",
            Scope.ofMoves(1, 1, 2).after(1),
            Safety.CAME_BACK,
            Changes.digestNotCompared(),
            Changes.neverCleared()),
    FORGOTTEN_BY_OWN_T0(
            "a record forgotten by the predicate on its own T0", Safety.EXECUTED_TWICE, Changes.agedByFirstT0()),
    T0_REFUSED("T0 refused, not clamped", Safety.EXECUTED_TWICE, Changes.t0Clamped()),
    FLOOR_RAISED("the floor raised on eviction", Safety.EXECUTED_TWICE, Changes.floorNotRaised());

    private final String rule;

    @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
    private final @Nullable Scope scope;

    private final String outcome;

    @SuppressWarnings("ImmutableEnumChecker") // functions without state
    private final List<CodeChange> changes;

    RuleTakenOut(String rule, @Nullable Scope scope, String outcome, CodeChange... changes) {
        this.rule = rule;
        this.scope = scope;
        this.outcome = outcome;
        this.changes = List.of(changes);
    }

    /** A rule of sessions, which one group shows. */
    RuleTakenOut(String rule, String outcome, CodeChange... changes) {
        this(rule, null, outcome, changes);
    }

    /** The rule in words. */
    public String rule() {
        return rule;
    }

    /** What goes wrong without the rule; or, if nothing does, what stands for it. */
    String outcome() {
        return outcome;
    }

    /** Whether something goes wrong without the rule. */
    boolean isNeeded() {
        return Safety.VIOLATIONS.contains(outcome);
    }

    /** What the code does without the rule. */
    public List<CodeChange> changes() {
        return changes;
    }

    /**
     * How many steps lead to what goes wrong without the rule, the fewest; empty if a search through so many states
     * finds nothing, or something else.
     */
    public OptionalInt stepsUntilMissed(int statesMax) {
        Found found = search(statesMax);
        return isNeeded() && found.violation().equals(outcome) ? OptionalInt.of(found.steps()) : OptionalInt.empty();
    }

    /** Searches the system without the rule. */
    Found search(int statesMax) {
        Scope within = scope;
        Class<? extends UnaryOperator<String[]>> run = within == null ? SessionRun.class : ScopeRun.class;
        String[] words = within == null ? new String[] {String.valueOf(statesMax)} : within.words(statesMax);
        ChangedSystem changed = new ChangedSystem(changes);
        UnaryOperator<String[]> search = changed.instance(run);
        Found found = Found.of(search.apply(words));
        changed.checkAllMade();
        return found;
    }
}

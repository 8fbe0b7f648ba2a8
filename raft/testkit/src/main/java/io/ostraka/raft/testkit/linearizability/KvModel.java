package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvOperation.Append;
import io.ostraka.raft.testkit.history.KvOperation.Batch;
import io.ostraka.raft.testkit.history.KvOperation.CompareAndSet;
import io.ostraka.raft.testkit.history.KvOperation.Delete;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvOperation.Put;
import io.ostraka.raft.testkit.history.KvOperation.Write;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.KvResult.Absent;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.ConditionFailed;
import io.ostraka.raft.testkit.history.KvResult.Deleted;
import io.ostraka.raft.testkit.history.KvResult.Found;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys with values and revisions, one operation at a time. Each write that runs makes a revision that is higher than
 * all before it on the keys of its partition; it may skip any number, which others use.
 *
 * <p>Where a revision is unknown (see {@link KvState}) the model may allow a little too much, never too little: it
 * keeps limits for each key and not the order between keys, and of a batch with several conditions it does not decide
 * which one failed.
 */
public final class KvModel implements SequentialModel<KvState, KvOperation, KvResult> {

    /** The model that tells all values from each other. */
    public static final KvModel EXACT = new KvModel(Findings.NONE);

    private final Findings findings;

    private KvModel(Findings findings) {
        this.findings = findings;
    }

    @Override
    public KvState initial() {
        return KvState.EMPTY;
    }

    @Override
    public Set<String> partsOf(KvOperation operation) {
        return operation.keys();
    }

    /** The same model, in which values that no get found are as good as one. */
    @Override
    public KvModel of(List<Call<KvOperation, KvResult>> calls) {
        return new KvModel(Findings.of(calls));
    }

    @Override
    public @Nullable KvState step(KvState state, KvOperation operation, @Nullable KvResult result) {
        return switch (operation) {
            case Get get -> get(state, get.key(), result);
            case Write write -> write(state, List.of(write), result);
            case Batch batch -> write(state, batch.writes(), result);
        };
    }

    private static @Nullable KvState get(KvState state, String key, @Nullable KvResult result) {
        Register register = state.get(key);
        return switch (result) {
            case null -> state;
            case Absent _ -> register == null ? state : null;
            case Found(String value, long revision) ->
                register != null && value.equals(register.value()) && (revision == 0 || register.admits(revision))
                        ? state.seen(key, register, revision)
                        : null;
            case Applied _, Deleted _, ConditionFailed _ -> null;
        };
    }

    private @Nullable KvState write(KvState state, List<Write> writes, @Nullable KvResult result) {
        return switch (result) {
            // One that failed changed nothing, and need not be placed.
            case null -> applied(new KvAttempt(state, 0, findings), writes);
            case Applied(long revision) -> applied(new KvAttempt(state, revision, findings), writes);
            case Deleted(boolean existed, long revision) -> {
                KvAttempt attempt = new KvAttempt(state, revision, findings);
                boolean canBe = writes.size() == 1
                        && writes.getFirst() instanceof Delete(String key)
                        && attempt.isThere(key) == existed;
                yield canBe ? applied(attempt, writes) : null;
            }
            case ConditionFailed(long found) -> failed(state, writes, found);
            case Found _, Absent _ -> null;
        };
    }

    private static @Nullable KvState applied(KvAttempt attempt, List<Write> writes) {
        for (Write write : writes) {
            if (!attempt.write(write)) {
                return null;
            }
        }
        return attempt.finish();
    }

    private @Nullable KvState failed(KvState state, List<Write> writes, long found) {
        // It made no revision in the end, so the one that it began with is bounded by nothing.
        KvAttempt attempt = new KvAttempt(state, 0, Findings.NONE);
        boolean isOnlyCondition =
                writes.stream().filter(CompareAndSet.class::isInstance).count() == 1;
        for (Write write : writes) {
            if (write instanceof CompareAndSet condition && attempt.canFail(condition, found)) {
                Register register = state.get(condition.key());
                return isOnlyCondition && attempt.isUntouched(condition.key()) && register != null
                        ? state.seen(condition.key(), register, found)
                        : state;
            }
            if (!attempt.write(write)) {
                return null;
            }
        }
        return null;
    }

    @Override
    public boolean isReading(KvOperation operation, KvResult result) {
        return operation instanceof Get || result instanceof ConditionFailed;
    }

    /** Revisions only grow: what names one that is past, or the present one of a key and another value, is too late. */
    @Override
    public boolean isTooLate(KvState state, KvOperation operation, KvResult result) {
        return switch (result) {
            case Applied(long revision) -> isPast(state, revision) || expectsThePast(state, operation);
            case Deleted(boolean _, long revision) -> isPast(state, revision);
            case Found(String value, long revision) ->
                revision != 0
                        && operation instanceof Get(String key)
                        && (isPast(state, key, revision) || isAnother(state.get(key), value, revision));
            case ConditionFailed(long found) ->
                found != 0 && operation instanceof CompareAndSet cas && isPast(state, cas.key(), found);
            case Absent _ -> false;
        };
    }

    private static boolean expectsThePast(KvState state, KvOperation operation) {
        return operation instanceof CompareAndSet cas
                && cas.expectedRevision() != 0
                && isPast(state, cas.key(), cas.expectedRevision());
    }

    private static boolean isPast(KvState state, long revision) {
        return revision != 0 && revision < state.nextRevision();
    }

    /** Whether a key has, or will have if it is ever there again, only higher revisions than this. */
    private static boolean isPast(KvState state, String key, long revision) {
        Register register = state.get(key);
        return revision < (register == null ? state.nextRevision() : register.least());
    }

    private static boolean isAnother(@Nullable Register register, String value, long revision) {
        return register != null
                && register.least() == revision
                && register.most() == revision
                && !value.equals(register.value());
    }

    /** Writing one value that nobody saw is as good as writing another. */
    @Override
    public Object essence(KvOperation operation) {
        return switch (operation) {
            case Put(String key, String value) when findings.orNull(key, value) == null -> List.of("put", key);
            case Append(String key, String value) when !findings.contain(key, value) -> List.of("append", key);
            case Get _, Write _, Batch _ -> operation;
        };
    }

    @Override
    public String needs(KvState state, KvOperation operation, KvResult result) {
        return new KvWords(findings).needs(state, operation, result);
    }

    @Override
    public String describe(KvState state) {
        return KvWords.describe(state);
    }
}

package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvOperation.Batch;
import io.ostraka.raft.testkit.history.KvOperation.CompareAndSet;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvOperation.Write;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.KvResult.Absent;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.ConditionFailed;
import io.ostraka.raft.testkit.history.KvResult.Deleted;
import io.ostraka.raft.testkit.history.KvResult.Found;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides whether a short history is linearizable by trying every order of its calls, every subset of the unknown ones,
 * and every revision that a write may have made: nothing is remembered, nothing left out, and nothing but the
 * partitions is shared with the checker.
 */
final class NaiveKv {

    private final long highest;

    private NaiveKv(List<Call<KvOperation, KvResult>> calls) {
        this.highest = calls.stream().mapToLong(NaiveKv::highestNamed).max().orElse(0);
    }

    static boolean isLinearizable(List<Call<KvOperation, KvResult>> history) {
        List<Call<KvOperation, KvResult>> possible = history.stream()
                .filter(call -> !(call.outcome() instanceof Outcome.NotApplied<KvResult>))
                .toList();
        return Partitions.of(possible, KvOperation::keys).stream()
                .allMatch(partition ->
                        new NaiveKv(partition.calls()).canGoOn(new ArrayList<>(partition.calls()), new TreeMap<>(), 0));
    }

    private boolean canGoOn(
            List<Call<KvOperation, KvResult>> left, Map<String, NaiveStore.Cell> cells, long lastRevision) {
        if (left.stream().noneMatch(call -> call.outcome() instanceof Outcome.Returned<KvResult>)) {
            return true;
        }
        for (Call<KvOperation, KvResult> call : left) {
            if (left.stream().noneMatch(other -> isBefore(other, call))) {
                List<Call<KvOperation, KvResult>> rest = new ArrayList<>(left);
                rest.remove(call);
                if (canCome(call, rest, cells, lastRevision)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean canCome(
            Call<KvOperation, KvResult> call,
            List<Call<KvOperation, KvResult>> rest,
            Map<String, NaiveStore.Cell> cells,
            long lastRevision) {
        // Past the highest revision that anybody names, one is as good as another.
        for (long revision = lastRevision + 1; revision <= Math.max(highest, lastRevision) + 1; revision++) {
            NaiveStore.Run run = NaiveStore.run(call.operation(), cells, revision);
            boolean wrote = !(call.operation() instanceof Get) && !(run.result() instanceof ConditionFailed);
            if (isAsTold(call, run.result()) && canGoOn(rest, run.after(), wrote ? revision : lastRevision)) {
                return true;
            }
            if (!wrote && !(call.operation() instanceof Batch)) {
                return false;
            }
        }
        return false;
    }

    private static boolean isBefore(Call<KvOperation, KvResult> one, Call<KvOperation, KvResult> other) {
        return one.outcome() instanceof Outcome.Returned<KvResult> returned && returned.atNanos() < other.calledNanos();
    }

    private static boolean isAsTold(Call<KvOperation, KvResult> call, KvResult real) {
        if (!(call.outcome() instanceof Outcome.Returned<KvResult>(KvResult told, long _))) {
            return true;
        }
        return switch (told) {
            case Applied(long revision) ->
                switch (real) {
                    case Applied(long made) -> revision == 0 || revision == made;
                    case Deleted(boolean _, long made) -> revision == 0 || revision == made;
                    case ConditionFailed _, Found _, Absent _ -> false;
                };
            case Deleted(boolean existed, long revision) ->
                real instanceof Deleted(boolean didExist, long made)
                        && existed == didExist
                        && (revision == 0 || revision == made);
            case Found(String value, long revision) ->
                real instanceof Found(String found, long made)
                        && value.equals(found)
                        && (revision == 0 || revision == made);
            case ConditionFailed _, Absent _ -> real.equals(told);
        };
    }

    private static long highestNamed(Call<KvOperation, KvResult> call) {
        long named = call.operation() instanceof CompareAndSet cas ? cas.expectedRevision() : 0;
        if (call.operation() instanceof Batch batch) {
            for (Write write : batch.writes()) {
                named = Math.max(named, write instanceof CompareAndSet cas ? cas.expectedRevision() : 0);
            }
        }
        if (call.outcome() instanceof Outcome.Returned<KvResult>(KvResult result, long _)) {
            named = Math.max(
                    named,
                    switch (result) {
                        case Applied(long revision) -> revision;
                        case Deleted(boolean _, long revision) -> revision;
                        case ConditionFailed(long revision) -> revision;
                        case Found(String _, long revision) -> revision;
                        case Absent _ -> 0;
                    });
        }
        return named;
    }
}

package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.KvResult.Absent;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.ConditionFailed;
import io.ostraka.raft.testkit.history.KvResult.Deleted;
import io.ostraka.raft.testkit.history.KvResult.Found;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes a history wrong, most of the time: one client was told something else. */
final class ChangedResult {

    private ChangedResult() {}

    /** Gives one call that returned another result of its kind. */
    static void in(List<Call<KvOperation, KvResult>> history, Random random) {
        List<Integer> returned = new ArrayList<>();
        for (int i = 0; i < history.size(); i++) {
            if (history.get(i).outcome() instanceof Outcome.Returned<KvResult>) {
                returned.add(i);
            }
        }
        if (returned.isEmpty()) {
            return;
        }
        int chosen = returned.get(random.nextInt(returned.size()));
        Call<KvOperation, KvResult> call = history.get(chosen);
        var outcome = (Outcome.Returned<KvResult>) call.outcome();
        KvResult other = other(call.operation(), outcome.result(), history, random);
        history.set(
                chosen,
                new Call<>(
                        call.id(),
                        call.process(),
                        call.operation(),
                        call.calledNanos(),
                        new Outcome.Returned<>(other, outcome.atNanos())));
    }

    private static KvResult other(
            KvOperation operation, KvResult result, List<Call<KvOperation, KvResult>> history, Random random) {
        long step = random.nextBoolean() ? 1 : -1;
        return switch (result) {
            case Applied(long revision) -> new Applied(revision == 0 ? 0 : Math.max(1, revision + step));
            case Deleted(boolean existed, long revision) -> new Deleted(!existed, revision);
            case ConditionFailed(long revision) -> new ConditionFailed(Math.max(0, revision + step));
            case Found _, Absent _ -> otherReading((Get) operation, result, history, random);
        };
    }

    /** What somebody else read of the key, or nothing. */
    private static KvResult otherReading(
            Get get, KvResult result, List<Call<KvOperation, KvResult>> history, Random random) {
        List<KvResult> others = new ArrayList<>();
        for (Call<KvOperation, KvResult> call : history) {
            if (call.operation().equals(get)
                    && call.outcome() instanceof Outcome.Returned<KvResult>(KvResult read, long _)
                    && !read.equals(result)) {
                others.add(read);
            }
        }
        others.add(result instanceof Absent ? new Found("0", 0) : new Absent());
        return others.get(random.nextInt(others.size()));
    }
}

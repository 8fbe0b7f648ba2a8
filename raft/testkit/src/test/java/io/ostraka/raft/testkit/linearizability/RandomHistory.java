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
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Clients of one linearizable object with random delays before and after each effect, in virtual time: the history is
 * linearizable by construction, and the order of the effects is known.
 */
final class RandomHistory {

    /**
     * What the clients do.
     *
     * @param clients how many, each with one call at a time
     * @param calls how many in all
     * @param keys how many
     * @param values how many different values are written; 0: each is another one
     * @param batchRate share of batches
     * @param unknownRate share of calls whose client gives up; half of them take effect all the same, some much later
     * @param refusedRate share of calls that are known not to be applied
     * @param gap how many revisions at most others make between two of these writes
     * @param tellsRevisions whether clients are told revisions
     */
    record Plan(
            int clients,
            int calls,
            int keys,
            int values,
            double batchRate,
            double unknownRate,
            double refusedRate,
            int gap,
            boolean tellsRevisions) {}

    private record Event(long nanos, Runnable action) {}

    private final Plan plan;
    private final Random random;
    private final NaiveStore store = new NaiveStore();
    private final PriorityQueue<Event> queue = new PriorityQueue<>(Comparator.comparingLong(Event::nanos));
    private final List<Call<KvOperation, KvResult>> calls = new ArrayList<>();
    private final List<Commit<KvOperation>> commits = new ArrayList<>();
    private int called;
    private long nowNanos;

    private RandomHistory(Plan plan, long seed) {
        this.plan = plan;
        this.random = new Random(seed);
    }

    /** Runs the plan to its end. */
    static RandomHistory of(Plan plan, long seed) {
        RandomHistory history = new RandomHistory(plan, seed);
        for (int client = 0; client < plan.clients(); client++) {
            String name = "c" + client;
            history.after(history.delay(), () -> history.call(name));
        }
        while (!history.queue.isEmpty()) {
            Event event = history.queue.remove();
            history.nowNanos = event.nanos();
            event.action().run();
        }
        return history;
    }

    List<Call<KvOperation, KvResult>> calls() {
        return calls;
    }

    /** Every write that took effect, in the order in which they did. */
    List<Commit<KvOperation>> commits() {
        return commits;
    }

    private void after(long nanos, Runnable action) {
        queue.add(new Event(nowNanos + nanos, action));
    }

    private long delay() {
        return 1L + random.nextInt(100);
    }

    private void call(String client) {
        if (called == plan.calls()) {
            return;
        }
        int id = ++called;
        KvOperation operation = operation(id);
        long calledNanos = nowNanos;
        double fate = random.nextDouble();
        if (fate < plan.refusedRate()) {
            calls.add(new Call<>(id, client, operation, calledNanos, new Outcome.NotApplied<>()));
            after(delay(), () -> call(client));
        } else if (fate < plan.refusedRate() + plan.unknownRate()) {
            calls.add(new Call<>(id, client, operation, calledNanos, new Outcome.Unknown<>()));
            if (random.nextBoolean()) {
                after(delay() * (random.nextInt(10) == 0 ? 50 : 1), () -> run(id, operation));
            }
            after(delay(), () -> call(client));
        } else {
            after(delay(), () -> {
                KvResult result = run(id, operation);
                after(delay(), () -> {
                    KvResult told = plan.tellsRevisions() ? result : withoutRevision(result);
                    calls.add(new Call<>(id, client, operation, calledNanos, new Outcome.Returned<>(told, nowNanos)));
                    after(delay(), () -> call(client));
                });
            });
        }
    }

    private KvResult run(int id, KvOperation operation) {
        store.skip(random.nextInt(plan.gap() + 1));
        KvResult result = store.run(operation);
        if (!(operation instanceof Get) && !(result instanceof ConditionFailed)) {
            commits.add(new Commit<>(2L * commits.size() + 5, id, operation));
        }
        return result;
    }

    private KvOperation operation(int id) {
        if (random.nextDouble() < plan.batchRate()) {
            List<Write> writes = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                writes.add(write(id));
            }
            return new Batch(writes);
        }
        return random.nextInt(3) == 0 ? new Get(key()) : write(id);
    }

    private Write write(int id) {
        String key = key();
        String value = plan.values() == 0 ? id + "." : Integer.toString(random.nextInt(plan.values()));
        // Appends are rare enough that values stay short.
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> new Append(key, value);
            case 4, 5, 6 -> new Put(key, value);
            case 7 -> new Delete(key);
            default -> {
                long expected = random.nextInt(4) == 0 ? random.nextInt(3) : store.revision(key);
                yield new CompareAndSet(key, expected, random.nextInt(4) == 0 ? null : value);
            }
        };
    }

    private String key() {
        return "k" + random.nextInt(plan.keys());
    }

    static KvResult withoutRevision(KvResult result) {
        return switch (result) {
            case Applied _ -> new Applied(0);
            case Deleted(boolean existed, long _) -> new Deleted(existed, 0);
            case Found(String value, long _) -> new Found(value, 0);
            case ConditionFailed _, Absent _ -> result;
        };
    }
}

package io.ostraka.it.processes;

import io.ostraka.client.Bytes;
import io.ostraka.client.Deleted;
import io.ostraka.client.NotAppliedException;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.OstrakaException;
import io.ostraka.client.Outcome;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.RequestId;
import io.ostraka.client.VersionedValue;
import io.ostraka.it.history.KvCalls;
import io.ostraka.raft.runtime.host.SystemClock;
import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.HistoryLines;
import io.ostraka.raft.testkit.history.HistoryRecorder;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.linearizability.Bound;
import io.ostraka.raft.testkit.linearizability.LinearizabilityChecker;
import io.ostraka.raft.testkit.linearizability.Verdict;
import io.ostraka.server.cluster.ProcessCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Clients that read and change a few keys at random, one call at a time each, half of the reads at any replica; every
 * call is recorded, and at the end the history is kept as a file and checked. Of writes whose outcome is unknown half
 * are asked for, the others left open.
 */
public final class RecordedClients implements AutoCloseable {

    private static final Path HISTORIES = Path.of("target", "histories");
    private static final List<String> KEYS = List.of("r0", "r1", "r2", "r3", "r4", "r5", "{pair}a", "{pair}b");
    private static final int FIRST_OF_PAIR = 6;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HistoryRecorder<KvOperation, KvResult> recorder = new HistoryRecorder<>(new SystemClock()::nanoTime);
    private final List<String> keys;
    private final List<RecordedClient> clients = new ArrayList<>();
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicLong returned = new AtomicLong();
    private volatile boolean stopping;

    /** Clients that are not started yet, each with a connection of its own. */
    RecordedClients(ProcessCluster cluster, int count, Duration callTimeout, Random random) {
        this(KEYS, count, _ -> cluster.client(callTimeout), random);
    }

    private RecordedClients(List<String> keys, int count, IntFunction<OstrakaClient> connections, Random random) {
        this.keys = keys;
        for (int i = 0; i < count; i++) {
            clients.add(new RecordedClient("recorded-" + i, connections.apply(i), new Random(random.nextLong())));
        }
    }

    /**
     * Clients of keys that begin with {@code prefix} and that nobody has written yet.
     *
     * @param connections gives each client, by its number, what it uses
     */
    public static RecordedClients ofKeys(
            String prefix, int count, IntFunction<OstrakaClient> connections, Random random) {
        return new RecordedClients(
                KEYS.stream()
                        .map(key -> key.startsWith("{") ? "{" + prefix + key.substring(1) : prefix + key)
                        .toList(),
                count,
                connections,
                random);
    }

    /** Sets the clients off, each on a thread of {@code threads}. */
    public void start(ExecutorService threads) {
        clients.forEach(client -> running.add(threads.submit(client::run)));
    }

    /** Waits until this many more calls have returned. */
    public void awaitCalls(long more) {
        long goal = returned.get() + more;
        long begin = System.nanoTime();
        while (returned.get() < goal) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted while " + (goal - returned.get()) + " calls were to return");
            }
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new AssertionError("of " + more + " calls, " + (goal - returned.get()) + " did not return within "
                        + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Lets each client end its call, and fails if one broke. */
    public void stop() throws InterruptedException, ExecutionException {
        stopping = true;
        for (Future<?> client : running) {
            client.get();
        }
    }

    /** Keeps the history under this name and judges it; to be called after {@link #stop}. */
    public Judgement judge(String name) throws IOException {
        List<Call<KvOperation, KvResult>> calls = recorder.calls();
        Path file = Files.createDirectories(HISTORIES).resolve(name + ".jsonl");
        HistoryLines.write(file, calls);
        return new Judgement(
                file,
                calls,
                LinearizabilityChecker.ofKeysAndValues(Bound.DEFAULT).check(calls));
    }

    @Override
    public void close() {
        stopping = true;
        clients.forEach(client -> client.client.close());
    }

    /** A history, where it is kept, and what the checker says of it. */
    public record Judgement(
            Path file, List<Call<KvOperation, KvResult>> calls, Verdict<KvOperation, KvResult> verdict) {
        @Override
        public String toString() {
            long unknown = calls.stream()
                    .filter(call -> call.outcome() instanceof io.ostraka.raft.testkit.history.Outcome.Unknown<KvResult>)
                    .count();
            return file + ": " + calls.size() + " calls, " + unknown + " of unknown outcome: " + verdict;
        }
    }

    private final class RecordedClient {
        private final String name;
        private final OstrakaClient client;
        private final Random random;
        private final Map<String, Long> revisions = new HashMap<>();
        private int writes;

        RecordedClient(String name, OstrakaClient client, Random random) {
            this.name = name;
            this.client = client;
            this.random = random;
        }

        void run() {
            while (!stopping) {
                call(operation());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        private void call(KvOperation operation) {
            HistoryRecorder<KvOperation, KvResult>.Open call = recorder.called(name, operation);
            try {
                call.returned(perform(operation));
                returned.incrementAndGet();
            } catch (NotAppliedException e) {
                call.notApplied();
            } catch (OutcomeUnknownException e) {
                if (random.nextBoolean()) {
                    ask(call, e.request().orElseThrow());
                } else {
                    call.unknown();
                }
            }
        }

        private void ask(HistoryRecorder<KvOperation, KvResult>.Open call, RequestId request) {
            try {
                switch (client.askOutcome(request)) {
                    case Outcome.Applied(long revision) -> call.returned(new KvResult.Applied(revision));
                    case Outcome.ConditionFailed(long found) -> call.returned(new KvResult.ConditionFailed(found));
                    case Outcome.NotApplied _ -> call.notApplied();
                    case Outcome.NoLongerKnown _ -> call.unknown();
                }
            } catch (OstrakaException e) {
                call.unknown();
            }
        }

        private KvResult perform(KvOperation operation) {
            return switch (operation) {
                case KvOperation.Get(String key) -> get(key);
                case KvOperation.Put(String key, String value) ->
                    new KvResult.Applied(client.put(key, value).revision());
                case KvOperation.Append(String key, String value) ->
                    new KvResult.Applied(
                            client.append(Bytes.utf8(key), Bytes.utf8(value)).revision());
                case KvOperation.Delete(String key) -> {
                    Deleted deleted = client.delete(Bytes.utf8(key));
                    yield new KvResult.Deleted(deleted.existed(), deleted.revision());
                }
                case KvOperation.CompareAndSet cas -> KvCalls.result(client.compareAndSet(KvCalls.compareAndSet(cas)));
                case KvOperation.Batch(List<KvOperation.Write> items) ->
                    KvCalls.result(client.batch(KvCalls.writes(items)));
            };
        }

        private KvResult get(String key) {
            Optional<VersionedValue> found = read(Bytes.utf8(key));
            found.ifPresent(value -> revisions.put(key, value.revision()));
            return KvCalls.result(found);
        }

        private Optional<VersionedValue> read(Bytes key) {
            return random.nextBoolean() ? client.get(key) : client.getFromAnyReplica(key, Duration.ZERO);
        }

        private KvOperation operation() {
            String key = keys.get(random.nextInt(keys.size()));
            String value = name + "." + ++writes + " ";
            return switch (random.nextInt(12)) {
                case 0, 1, 2 -> new KvOperation.Put(key, value);
                case 3, 4, 5 -> new KvOperation.Append(key, value);
                case 6 -> new KvOperation.Delete(key);
                case 7 -> new KvOperation.CompareAndSet(key, revisions.getOrDefault(key, 0L), value);
                case 8 ->
                    new KvOperation.Batch(List.of(
                            new KvOperation.Append(keys.get(FIRST_OF_PAIR), value),
                            new KvOperation.Put(keys.get(FIRST_OF_PAIR + 1), value)));
                default -> new KvOperation.Get(key);
            };
        }
    }
}

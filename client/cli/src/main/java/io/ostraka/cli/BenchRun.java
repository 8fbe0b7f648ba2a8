package io.ostraka.cli;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Phaser;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One run of the bench: a fixed number of chains, each of which makes its next call when its last one ended. A call
 * that fails is counted as an error and not as done, and its time is in no histogram. As in every closed loop, a stall
 * holds back the calls that would have seen it.
 */
final class BenchRun {

    private static final long HIGHEST_NANOS = 3_600_000_000_000L;

    private final OstrakaClient client;
    private final BenchLoad load;
    private final long nanosMax;
    private final long callsMax;
    private final Bytes value;
    private final Histogram reads = new Histogram(HIGHEST_NANOS, 3);
    private final Histogram writes = new Histogram(HIGHEST_NANOS, 3);
    private final Map<String, Long> errors = new TreeMap<>();
    private final SplittableRandom random;
    private final Phaser chains = new Phaser(1);
    private long calls;
    private long startNanos;
    private long elapsedNanos;

    BenchRun(OstrakaClient client, BenchLoad load, long nanosMax, long callsMax) {
        this.client = client;
        this.load = load;
        this.nanosMax = nanosMax;
        this.callsMax = callsMax;
        this.random = new SplittableRandom(load.seed());
        byte[] bytes = new byte[load.valueBytes()];
        random.nextBytes(bytes);
        this.value = Bytes.wrap(bytes);
    }

    void run() {
        startNanos = Stopwatch.nanos();
        for (int i = 0; i < load.clients(); i++) {
            chains.register();
            next();
        }
        chains.arriveAndAwaitAdvance();
        elapsedNanos = Stopwatch.nanos() - startNanos;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what it completes with is noted here
    private void next() {
        Call call = draw();
        if (call == null) {
            chains.arriveAndDeregister();
            return;
        }
        long begun = Stopwatch.nanos();
        CompletableFuture<?> future = call.read() ? client.getAsync(call.key()) : client.putAsync(call.key(), value);
        future.whenComplete((done, error) -> {
            note(call, Stopwatch.nanos() - begun, error);
            next();
        });
    }

    private record Call(Bytes key, boolean read) {}

    /** The next call; null: the run is over. */
    private synchronized @Nullable Call draw() {
        if (calls >= callsMax || Stopwatch.nanos() - startNanos >= nanosMax) {
            return null;
        }
        calls++;
        return new Call(
                Bytes.utf8(load.prefix() + random.nextInt(load.keys())), random.nextInt(100) < load.readsPercent());
    }

    private synchronized void note(Call call, long nanos, @Nullable Throwable error) {
        if (error == null) {
            (call.read() ? reads : writes).recordValue(Math.min(nanos, HIGHEST_NANOS));
        } else {
            Throwable cause = error instanceof CompletionException ? error.getCause() : error;
            String name = (cause == null ? error : cause).getClass().getSimpleName();
            errors.merge(name.replace("Exception", ""), 1L, Long::sum);
        }
    }

    Histogram reads() {
        return reads;
    }

    Histogram writes() {
        return writes;
    }

    Map<String, Long> errors() {
        return errors;
    }

    long elapsedNanos() {
        return elapsedNanos;
    }
}

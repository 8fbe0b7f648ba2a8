package io.ostraka.server.load;

import io.ostraka.client.Bytes;
import io.ostraka.client.NotAppliedException;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.OstrakaException;
import io.ostraka.client.Outcome;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.RequestId;
import io.ostraka.client.VersionedValue;
import io.ostraka.client.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Writers that append numbered lines, each to its own key, one after the other; what was acknowledged is kept and
 * compared at the end. A writer that is left with an unknown outcome asks what became of the line before it goes on, so
 * the lines of a key have one right order.
 */
public final class AppendLoad {

    private final OstrakaClient client;
    private final Executor executor;
    private final LoadMeter meter;
    private final List<Writer> writers = new ArrayList<>();
    private final LongAdder acknowledgedLines = new LongAdder();
    private volatile boolean stopping;

    /**
     * Prepares one writer a key; {@link #start} sets them off.
     *
     * @param executor where the writers' steps run; must not be the client's own thread
     */
    public AppendLoad(OstrakaClient client, Executor executor, LoadMeter meter, List<String> keys) {
        this.client = client;
        this.executor = executor;
        this.meter = meter;
        keys.forEach(key -> writers.add(new Writer(new LineLedger(key))));
    }

    /** Sets the writers off. */
    public void start() {
        writers.forEach(Writer::start);
    }

    /** Lets each writer finish the line that it is at; returns when all have ended, and fails if one broke. */
    public void stop() {
        stopping = true;
        writers.forEach(writer -> writer.ended.join());
    }

    /** How many lines have been acknowledged over all keys; exact once stopped. */
    public long acknowledgedLines() {
        return acknowledgedLines.sum();
    }

    /** Reads every key back, and returns all that is wrong; to be called after {@link #stop}. */
    public List<String> verify(OstrakaClient reader) {
        List<String> wrong = new ArrayList<>();
        for (Writer writer : writers) {
            String stored =
                    reader.get(writer.ledger.key()).map(VersionedValue::toUtf8).orElse("");
            wrong.addAll(writer.ledger.check(stored));
        }
        return wrong;
    }

    /** One key's writer; its steps follow on each other, so they need no lock. */
    private final class Writer {
        private final LineLedger ledger;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private long lastSuccessNanos;

        Writer(LineLedger ledger) {
            this.ledger = ledger;
        }

        void start() {
            lastSuccessNanos = meter.nanoTime();
            executor.execute(this::appendNext);
        }

        private void appendNext() {
            if (stopping) {
                ended.complete(null);
                return;
            }
            long startNanos = meter.nanoTime();
            var _ = client.appendAsync(Bytes.utf8(ledger.key()), Bytes.utf8(ledger.nextLine()))
                    .whenCompleteAsync((written, failure) -> finished(startNanos, written, failure), executor);
        }

        private void finished(long startNanos, @Nullable Written written, @Nullable Throwable failure) {
            if (written != null) {
                succeeded();
                meter.succeeded(startNanos);
                appendNext();
                return;
            }
            switch (unwrapped(failure)) {
                case OutcomeUnknownException unknown -> {
                    meter.unknown();
                    ask(unknown.request().orElseThrow());
                }
                case NotAppliedException refused -> {
                    ledger.notApplied();
                    meter.refused();
                    appendNext();
                }
                case Throwable broken -> ended.completeExceptionally(broken);
            }
        }

        private void ask(RequestId request) {
            var _ = client.askOutcomeAsync(request)
                    .whenCompleteAsync((outcome, failure) -> answered(request, outcome, failure), executor);
        }

        private void answered(RequestId request, @Nullable Outcome outcome, @Nullable Throwable failure) {
            switch (outcome) {
                case null -> {
                    // Unavailable still: the question has no effect that could be doubled, so it is asked again.
                    if (unwrapped(failure) instanceof OstrakaException) {
                        ask(request);
                    } else {
                        ended.completeExceptionally(unwrapped(failure));
                    }
                    return;
                }
                case Outcome.Applied applied -> succeeded();
                case Outcome.NotApplied notApplied -> ledger.notApplied();
                case Outcome.ConditionFailed failed -> ledger.notApplied();
                case Outcome.NoLongerKnown forgotten -> ledger.unknown();
            }
            appendNext();
        }

        private void succeeded() {
            ledger.acknowledged();
            acknowledgedLines.increment();
            meter.pauseSince(lastSuccessNanos);
            lastSuccessNanos = meter.nanoTime();
        }

        private static Throwable unwrapped(@Nullable Throwable failure) {
            if (failure instanceof CompletionException && failure.getCause() != null) {
                return failure.getCause();
            }
            return failure == null ? new IllegalStateException("neither a result nor a failure") : failure;
        }
    }
}

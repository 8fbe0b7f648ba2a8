package io.ostraka.raft.testkit.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes down a history while it happens. Thread-safe, and thin: a call costs two readings of the clock and no lock.
 *
 * <p>No two events get the same time: an event that would gets the next free nanosecond. So what happened one after the
 * other for the recorder is never taken for simultaneous, also where a virtual clock stands still.
 */
public final class HistoryRecorder<O, R> {

    private final LongSupplier clock;
    private final AtomicLong lastNanos = new AtomicLong(Long.MIN_VALUE);
    private final AtomicInteger lastId = new AtomicInteger();
    private final Collection<Open> opened = new ConcurrentLinkedQueue<>();

    /**
     * An empty history.
     *
     * @param clock a monotonic clock in nanoseconds, virtual or real; called by all threads that record
     */
    public HistoryRecorder(LongSupplier clock) {
        this.clock = clock;
    }

    /** A client is about to call; to be asked for before the first byte is sent. */
    public Open called(String process, O operation) {
        Open call = new Open(lastId.incrementAndGet(), process, operation, tick());
        opened.add(call);
        return call;
    }

    /** Everything called so far, in the order of the calls; what has not ended counts as unknown. */
    public List<Call<O, R>> calls() {
        List<Call<O, R>> calls = new ArrayList<>();
        for (Open call : opened) {
            calls.add(call.asCall());
        }
        calls.sort((a, b) -> Long.compare(a.calledNanos(), b.calledNanos()));
        return List.copyOf(calls);
    }

    private long tick() {
        return lastNanos.updateAndGet(last -> Math.max(last + 1, clock.getAsLong()));
    }

    /** A call under way. It ends once, by whichever thread gets the answer; thread-safe. */
    public final class Open {
        private final int id;
        private final String process;
        private final O operation;
        private final long calledNanos;
        private final AtomicReference<@Nullable Outcome<R>> outcome = new AtomicReference<>();

        private Open(int id, String process, O operation, long calledNanos) {
            this.id = id;
            this.process = process;
            this.operation = operation;
            this.calledNanos = calledNanos;
        }

        /** Names the call within its history. */
        public int id() {
            return id;
        }

        /** The client has its answer; to be called before anything that the client does because of it. */
        public void returned(R result) {
            end(new Outcome.Returned<>(result, tick()));
        }

        /** The client gave up without knowing whether the call took effect. */
        public void unknown() {
            end(new Outcome.Unknown<>());
        }

        /** The client was told that the call had no effect and will have none. */
        public void notApplied() {
            end(new Outcome.NotApplied<>());
        }

        private void end(Outcome<R> ending) {
            if (!outcome.compareAndSet(null, ending)) {
                throw new IllegalStateException("call " + id + " has ended before: " + outcome.get());
            }
        }

        private Call<O, R> asCall() {
            Outcome<R> ended = outcome.get();
            return new Call<>(id, process, operation, calledNanos, ended == null ? new Outcome.Unknown<>() : ended);
        }
    }
}

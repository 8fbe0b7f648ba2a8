package io.ostraka.testcontainers;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long something is asked again; its pauses are a quarter of a second. */
final class Patience {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final long deadlineNanos;

    Patience(Duration patience) {
        this.deadlineNanos = System.nanoTime() + patience.toNanos();
    }

    /** Waits a little; false if the time is over. */
    boolean pause() {
        LockSupport.parkNanos(PAUSE_NANOS);
        return deadlineNanos - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted();
    }
}

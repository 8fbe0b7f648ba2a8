package io.ostraka.client.internal;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How much may be unanswered at once. Callers wait for room, except on the client's own thread, which must never wait:
 * it goes over the limit, and others wait until that is paid back.
 */
final class InFlightLimit {

    private static final int BYTES_PER_UNIT = 1_024;

    private final Debt calls;
    private final Debt units;
    private final int unitsMax;

    InFlightLimit(int callsMax, long bytesMax) {
        this.calls = new Debt(callsMax);
        this.unitsMax = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytesMax / BYTES_PER_UNIT));
        this.units = new Debt(unitsMax);
    }

    /** Takes room, waiting for at most this long. Returns whether there was room. */
    boolean take(long bytes, long timeoutNanos) throws InterruptedException {
        if (!calls.tryAcquire(1, timeoutNanos, TimeUnit.NANOSECONDS)) {
            return false;
        }
        boolean done = false;
        try {
            done = units.tryAcquire(units(bytes), timeoutNanos, TimeUnit.NANOSECONDS);
            return done;
        } finally {
            if (!done) {
                calls.release();
            }
        }
    }

    /** Takes room that there may not be. */
    void takeAnyway(long bytes) {
        calls.owe(1);
        units.owe(units(bytes));
    }

    /** Gives room back. */
    void give(long bytes) {
        units.release(units(bytes));
        calls.release();
    }

    private int units(long bytes) {
        return (int) Math.min(unitsMax, bytes / BYTES_PER_UNIT + 1);
    }

    private static final class Debt extends Semaphore {
        private static final long serialVersionUID = 1;

        Debt(int permits) {
            super(permits);
        }

        void owe(int permits) {
            reducePermits(permits);
        }
    }
}

package io.ostraka.client.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** The machine's monotonic clock: the only place where the client asks for the time or lets it pass. */
public final class SystemClock implements LongSupplier {

    /** Nanoseconds since some fixed point. */
    @Override
    public long getAsLong() {
        return System.nanoTime();
    }

    /** Lets this much time pass, less if the thread is interrupted. */
    public void pauseMillis(long millis) {
        long end = getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = end - getAsLong();
                left > 0 && !Thread.currentThread().isInterrupted();
                left = end - getAsLong()) {
            LockSupport.parkNanos(this, left);
        }
    }
}

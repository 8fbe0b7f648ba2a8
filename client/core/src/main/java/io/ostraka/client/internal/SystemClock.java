package io.ostraka.client.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The machine's clocks: the only place where the client asks for the time or lets it pass. */
final class SystemClock implements Clock {

    @Override
    public long getAsLong() {
        return System.nanoTime();
    }

    @Override
    public long epochSeconds() {
        return TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
    }

    @Override
    public void pauseMillis(long millis) {
        long end = getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = end - getAsLong();
                left > 0 && !Thread.currentThread().isInterrupted();
                left = end - getAsLong()) {
            LockSupport.parkNanos(this, left);
        }
    }
}

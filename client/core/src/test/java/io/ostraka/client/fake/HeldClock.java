package io.ostraka.client.fake;

import io.ostraka.client.internal.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until a test lets time pass, so that a deadline is reached when the test says so, however
 * slow the machine is. Who pauses on it does not wait: the time of the pause has passed at once. A client that sleeps
 * until a deadline looks at the clock again when it is called or closed.
 */
public final class HeldClock implements Clock {

    private final AtomicLong nanos = new AtomicLong(TimeUnit.HOURS.toNanos(1));

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    @Override
    public long epochSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(nanos.get());
    }

    @Override
    public void pauseMillis(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Lets this much time pass. */
    public void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}

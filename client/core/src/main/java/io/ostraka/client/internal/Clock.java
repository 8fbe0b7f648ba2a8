package io.ostraka.client.internal;

import java.util.function.LongSupplier;

/** Monotonic time, as the client sees it: nanoseconds since some fixed point. Thread-safe. */
public interface Clock extends LongSupplier {

    /** Seconds since 1970 by the wall clock, which may be wrong. */
    long epochSeconds();

    /** Lets this much time pass, less if the thread is interrupted. */
    void pauseMillis(long millis);
}

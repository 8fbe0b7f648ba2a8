package io.ostraka.client.internal;

import java.util.function.LongSupplier;

/** Monotonic time, as the client sees it: nanoseconds since some fixed point. Thread-safe. */
public interface Clock extends LongSupplier {

    /** Lets this much time pass, less if the thread is interrupted. */
    void pauseMillis(long millis);
}

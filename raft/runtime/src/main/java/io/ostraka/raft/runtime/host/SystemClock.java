package io.ostraka.raft.runtime.host;

/** The machine's monotonic clock. */
public final class SystemClock implements Clock {

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}

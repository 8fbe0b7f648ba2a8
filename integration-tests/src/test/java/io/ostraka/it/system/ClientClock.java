package io.ostraka.it.system;

import io.ostraka.client.internal.Clock;
import io.ostraka.raft.testkit.sim.EventQueue;

/** Virtual time as a client reads it. */
record ClientClock(EventQueue queue) implements Clock {

    private static final long EPOCH_SECONDS = 1_700_000_000L;

    @Override
    public long epochSeconds() {
        return EPOCH_SECONDS + queue.nowNanos() / 1_000_000_000L;
    }

    @Override
    public void pauseMillis(long millis) {
        throw new SystemViolation("a simulated client waits for nothing");
    }

    @Override
    public long getAsLong() {
        return queue.nowNanos();
    }
}

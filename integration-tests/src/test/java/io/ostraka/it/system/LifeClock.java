package io.ostraka.it.system;

import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.testkit.sim.EventQueue;

/** The monotonic clock of one life: an origin of its own, and a speed that is a little off. */
record LifeClock(EventQueue queue, long originNanos, double speed, long sinceNanos) implements Clock {

    @Override
    public long nanoTime() {
        return originNanos + (long) ((queue.nowNanos() - sinceNanos) * speed);
    }
}

package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.runtime.host.Clock;

/** The monotonic clock of one process: an origin of its own, and a speed that is a little off. */
final class SimulatedClock implements Clock {

    private final EventQueue queue;
    private final long originNanos;
    private final double speed;
    private final long sinceNanos;

    /** Starts at {@code originNanos}, and runs at {@code speed} times the speed of virtual time. */
    SimulatedClock(EventQueue queue, long originNanos, double speed) {
        this.queue = queue;
        this.originNanos = originNanos;
        this.speed = speed;
        this.sinceNanos = queue.nowNanos();
    }

    @Override
    public long nanoTime() {
        return originNanos + (long) ((queue.nowNanos() - sinceNanos) * speed);
    }
}

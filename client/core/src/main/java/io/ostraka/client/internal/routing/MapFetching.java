package io.ostraka.client.internal.routing;

import java.util.random.RandomGenerator;

/** Decides when the controllers are asked for the configuration: once at a time, and not more often than is useful. */
final class MapFetching {

    private final Backoff backoff;
    private final RandomGenerator random;
    private boolean wanted;
    private boolean underWay;
    private int failures;
    private long notBeforeNanos = Long.MIN_VALUE;

    MapFetching(Backoff backoff, RandomGenerator random) {
        this.backoff = backoff;
        this.random = random;
    }

    void want() {
        wanted = true;
    }

    /** Whether to ask now; the question is then under way. */
    boolean isDue(long nowNanos) {
        if (!wanted || underWay || nowNanos < notBeforeNanos) {
            return false;
        }
        wanted = false;
        underWay = true;
        return true;
    }

    /** When {@link #isDue} is to be asked again; {@link Long#MAX_VALUE}: not before something happens. */
    long nextNanos() {
        return wanted && !underWay ? notBeforeNanos : Long.MAX_VALUE;
    }

    /**
     * A map has come. While no other one does, asking again soon helps nobody: many clients wait for a group whose
     * leader has died, and the controllers are not to be busy with that.
     *
     * @param news whether it differs from the one before
     */
    void arrived(boolean news, long nowNanos) {
        underWay = false;
        failures = 0;
        notBeforeNanos = nowNanos + backoff.delayNanos(news ? 2 : 3, random);
    }

    /** No controller answered; {@code stillNeeded}: somebody waits for a map. */
    void failed(boolean stillNeeded, long nowNanos) {
        underWay = false;
        wanted |= stillNeeded;
        failures++;
        notBeforeNanos = nowNanos + backoff.delayNanos(failures, random);
    }
}

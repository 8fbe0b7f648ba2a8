package io.ostraka.client.internal.routing;

/**
 * Times that steer retries.
 *
 * @param probe between searches for a group's leader
 * @param refusal between tries of one request that was refused for now
 * @param map between questions to the controllers
 * @param silenceNanos a node that answers nothing for this long is suspected: its group's other nodes are asked, too
 * @param deadNanos a node that answers nothing for this long is disconnected
 */
public record EngineConfig(Backoff probe, Backoff refusal, Backoff map, long silenceNanos, long deadNanos) {

    private static final long MILLI = 1_000_000;

    /** What production uses. */
    public static final EngineConfig DEFAULT = new EngineConfig(
            new Backoff(10 * MILLI, 200 * MILLI),
            new Backoff(10 * MILLI, 500 * MILLI),
            new Backoff(50 * MILLI, 500 * MILLI),
            1_500 * MILLI,
            6_000 * MILLI);
}

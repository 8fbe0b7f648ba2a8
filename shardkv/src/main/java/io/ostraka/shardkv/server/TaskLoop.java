package io.ostraka.shardkv.server;

/**
 * Runs tasks one after the other, in the order in which they were given. Thread-safe. In production this is the node's
 * one {@link ControlLoop}.
 */
interface TaskLoop {

    /** Runs {@code work} soon; from any thread. Dropped once the loop is closed. */
    void execute(Runnable work);

    /** Runs {@code work} after a delay; from any thread. Dropped once the loop is closed. */
    void schedule(Runnable work, long delayMillis);

    /** Runs {@code work} again and again, with a pause before each time. */
    void repeat(Runnable work, long pauseMillis);
}

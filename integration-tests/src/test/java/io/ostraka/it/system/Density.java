package io.ostraka.it.system;

/**
 * How much happens in a virtual second. Dense runs meet more coincidences for the same work. Sparse ones have the calls
 * and faults of a real cluster and its quiet times; their elections are as slow as over bad lines.
 */
enum Density {
    /** Each client calls several times a second, and each kind of fault happens every few seconds. */
    DENSE(1, 1, 1),
    /** Each client calls every few seconds, and each kind of fault happens a few times in minutes. */
    SPARSE(8, 30, 10);

    private static final long PATIENCE_NANOS = 120_000_000_000L;

    private final int heartbeats;
    private final int calls;
    private final int faults;

    Density(int heartbeats, int calls, int faults) {
        this.heartbeats = heartbeats;
        this.calls = calls;
        this.faults = faults;
    }

    /** How many times as long as in a dense run pass between heartbeats. */
    int heartbeats() {
        return heartbeats;
    }

    /** How many times as long as in a dense run a client waits between two calls. */
    int calls() {
        return calls;
    }

    /** How many times as long as in a dense run pass between faults, and between changes of the configuration. */
    int faults() {
        return faults;
    }

    /** How long all may take in the end until it is well. */
    long patienceNanos() {
        return heartbeats * PATIENCE_NANOS;
    }
}

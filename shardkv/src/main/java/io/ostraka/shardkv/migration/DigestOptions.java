package io.ostraka.shardkv.migration;

/**
 * How a leader paces the digests of its group's stores.
 *
 * @param pauseNanos how long after one shard the next one follows; 0: never
 * @param retryNanos how long to wait before asking a replica again
 * @param patienceNanos how long a replica may say nothing before its answer is done without
 */
public record DigestOptions(long pauseNanos, long retryNanos, long patienceNanos) {

    /** Nothing is digested. */
    public static final DigestOptions OFF = new DigestOptions(0, 1_000_000_000L, 30_000_000_000L);

    /** The same with another pause. */
    public DigestOptions withPauseNanos(long nanos) {
        return new DigestOptions(nanos, retryNanos, patienceNanos);
    }
}

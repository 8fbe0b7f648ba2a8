package io.ostraka.shardkv.migration;

/**
 * How a leader's agents pace themselves.
 *
 * @param importsMax how many shards a group imports at a time, stalled ones not counted
 * @param chunkWindow how many chunks may be on their way to an importer's log
 * @param retryNanos how long to wait for an answer before asking again
 * @param stallNanos how long without progress makes an import stalled
 * @param sizesNanos how often to report what shards hold
 * @param digests how the replicas' stores are compared
 */
public record AgentOptions(
        int importsMax, int chunkWindow, long retryNanos, long stallNanos, long sizesNanos, DigestOptions digests) {

    /** For a cluster on one network; stores are not compared. */
    public static final AgentOptions DEFAULT =
            new AgentOptions(4, 8, 500_000_000L, 3_000_000_000L, 10_000_000_000L, DigestOptions.OFF);

    /** The same with stores that are compared. */
    public AgentOptions withDigests(DigestOptions how) {
        return new AgentOptions(importsMax, chunkWindow, retryNanos, stallNanos, sizesNanos, how);
    }
}

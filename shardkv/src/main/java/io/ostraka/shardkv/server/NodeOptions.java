package io.ostraka.shardkv.server;

import io.ostraka.proto.Limits;

/**
 * What can be set on a node.
 *
 * @param valueBytesMax largest value that is accepted
 * @param proposalBytesMax bytes of writes that one log entry carries, unless a single write is larger
 * @param readsWaitingMax reads that may wait for their round or their value, a group
 * @param parkedMax requests that may wait for a shard that is about to arrive, all groups together
 * @param parkMillisMax how long one of them waits at most
 * @param streamPendingBytesMax answers that a client leaves unread on one stream before it is closed
 * @param readThreads threads that read values from the store
 * @param digestBytesPerSecond how fast the node reads its store for digests; 0: never
 * @param digestIntervalMillis how often a group's replicas compare a shard
 * @param version the build, for status
 */
public record NodeOptions(
        int valueBytesMax,
        int proposalBytesMax,
        int readsWaitingMax,
        int parkedMax,
        int parkMillisMax,
        long streamPendingBytesMax,
        int readThreads,
        long digestBytesPerSecond,
        long digestIntervalMillis,
        String version) {

    /** Refuses what cannot work with {@link IllegalArgumentException}. */
    public NodeOptions {
        if (valueBytesMax < 1 || valueBytesMax > Limits.VALUE_BYTES_MAX_CEILING) {
            throw new IllegalArgumentException(
                    "valueBytesMax is " + valueBytesMax + "; it may be 1 to " + Limits.VALUE_BYTES_MAX_CEILING);
        }
        if (proposalBytesMax < 1 || readsWaitingMax < 1 || parkedMax < 0 || parkMillisMax < 0 || readThreads < 1) {
            throw new IllegalArgumentException("node options out of bounds");
        }
        if (digestBytesPerSecond < 0 || digestIntervalMillis < 1) {
            throw new IllegalArgumentException(
                    "digests read at 0 bytes a second or more, every millisecond or less often");
        }
        if (streamPendingBytesMax < 2L * Limits.VALUE_BYTES_MAX_CEILING) {
            throw new IllegalArgumentException("streamPendingBytesMax must hold at least two of the largest values");
        }
    }

    /** For a server that shares a small machine. */
    public static NodeOptions defaults() {
        return new NodeOptions(
                Limits.VALUE_BYTES_MAX_DEFAULT,
                256 * 1024,
                16_384,
                4_096,
                2_000,
                32L << 20,
                2,
                4L << 20,
                60_000,
                "development");
    }

    /** The same with other digests. */
    public NodeOptions withDigests(long bytesPerSecond, long intervalMillis) {
        return new NodeOptions(
                valueBytesMax,
                proposalBytesMax,
                readsWaitingMax,
                parkedMax,
                parkMillisMax,
                streamPendingBytesMax,
                readThreads,
                bytesPerSecond,
                intervalMillis,
                version);
    }
}

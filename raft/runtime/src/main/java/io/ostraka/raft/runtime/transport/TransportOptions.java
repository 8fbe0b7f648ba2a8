package io.ostraka.raft.runtime.transport;

/**
 * Bounds of the transport.
 *
 * @param queuedBytesMax how much may wait for one node, in bytes
 * @param frameBytes what one frame gathers, in bytes; a single larger message goes alone
 * @param frameMessagesMax how many messages one frame gathers
 * @param framesInHand how many frames of one node may be in the hands of the host at a time
 * @param retryFirstMillis the first wait before connecting again
 * @param retryLongestMillis the longest wait before connecting again
 * @param connectMillisMax how long an attempt to connect may take
 * @param stalledMillisMax how long a stream may take nothing before it is given up
 * @param snapshotBytesPerSecond the rate of all snapshots that this node sends
 */
public record TransportOptions(
        long queuedBytesMax,
        int frameBytes,
        int frameMessagesMax,
        int framesInHand,
        long retryFirstMillis,
        long retryLongestMillis,
        int connectMillisMax,
        long stalledMillisMax,
        long snapshotBytesPerSecond) {

    /** The largest frame or snapshot message; a server that offers these services must accept it. */
    public static final int MESSAGE_BYTES_MAX = 16 << 20;

    /**
     * How often a connection on which nothing arrives is asked whether the other side is still there; a server that
     * offers these services must permit that. Without it, a peer that lost its power or its network in silence would be
     * noticed only when the system gives up sending, minutes later.
     */
    public static final int KEEP_ALIVE_SECONDS = 10;

    /** For a cluster in one data centre. */
    public static final TransportOptions DEFAULT =
            new TransportOptions(16 << 20, 1 << 20, 128, 4, 50, 1_000, 3_000, 10_000, 64 << 20);
}

package io.ostraka.client.internal.routing;

import io.ostraka.client.Bytes;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.GroupRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node's answer to one attempt.
 *
 * @param attempt id of the attempt that it answers
 * @param content what was read or made
 * @param shardTimeMillis the shard time that the leader would stamp now; 0: it said none
 */
public record Reply(long attempt, StatusCode code, String message, Content content, long shardTimeMillis, Way way) {

    /** An answer that is nothing but a code. */
    public static Reply of(long attempt, StatusCode code, String message) {
        return new Reply(attempt, code, message, Content.NONE, 0, Way.NONE);
    }

    /** What was read or made; {@code asked}: in an answer to {@link Operation.Ask}, how the write ended. */
    public record Content(boolean found, Bytes value, long revision, StatusCode asked) {
        /** Nothing. */
        public static final Content NONE = new Content(false, Bytes.EMPTY, 0, StatusCode.STATUS_UNSPECIFIED);
    }

    /** Where and when to ask instead. */
    public record Way(@Nullable Hint hint, long retryAfterMillis) {
        /** The answer does not say. */
        public static final Way NONE = new Way(null, 0);
    }

    /**
     * Who to ask instead.
     *
     * @param group the group that holds the shard; null: not said
     * @param leader address of its leader; empty: not known
     * @param addresses of its nodes; empty: not said
     * @param epoch epoch of the shard that the answering node knows of
     */
    public record Hint(@Nullable GroupRef group, String leader, List<String> addresses, long epoch) {
        /** Copies the list. */
        public Hint {
            addresses = List.copyOf(addresses);
        }
    }
}

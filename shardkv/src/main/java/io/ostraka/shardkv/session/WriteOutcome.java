package io.ostraka.shardkv.session;

import org.jspecify.annotations.Nullable;

/**
 * What a write that was decided became, as its session's row keeps it: a status and a revision, never a value.
 *
 * @param kind how it ended
 * @param revision the shard revision of the write; with {@link Kind#CONDITION_FAILED} the one that the key has, 0:
 *     absent
 */
public record WriteOutcome(Kind kind, long revision) {

    /** How a write ended. */
    public enum Kind {
        /** It changed the shard; a delete removed a key that was there. */
        WRITTEN(1),
        /** A delete, or the last one of an atomic batch's, found no key. */
        NOTHING_TO_DELETE(2),
        /** The condition of a compare-and-set did not hold; nothing was changed. */
        CONDITION_FAILED(3),
        /** It was asked for before it ran, and will never run. */
        CANCELLED(4),
        /** The value would have grown over the limit; nothing was changed. */
        VALUE_TOO_LARGE(5),
        /** The batch would have written more than a write may; nothing was changed. */
        BATCH_TOO_LARGE(6);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        /** The code on disk. */
        public int code() {
            return code;
        }

        /** The kind of a code on disk; null if there is no such kind. */
        public static @Nullable Kind ofCode(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }
}

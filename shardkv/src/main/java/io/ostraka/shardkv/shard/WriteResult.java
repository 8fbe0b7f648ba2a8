package io.ostraka.shardkv.shard;

import io.ostraka.shardkv.session.WriteOutcome;

/** What became of one client's write. */
public sealed interface WriteResult {

    /**
     * It is decided, now or by an earlier attempt.
     *
     * @param outcome how it ended; {@code CANCELLED} if it was asked for before it ran
     */
    record Done(WriteOutcome outcome) implements WriteResult {}

    /**
     * The answer to an ask: what became of the write with that number.
     *
     * @param outcome how it ended; {@code CANCELLED} if it never ran and never will
     */
    record Asked(WriteOutcome outcome) implements WriteResult {}

    /**
     * This attempt did nothing and will not. It says nothing of other attempts.
     *
     * @param reason why
     * @param message what is wrong and what to do
     * @param shardTimeMillis the shard's time, 0 where the group does not serve the shard
     */
    record Refused(Reason reason, String message, long shardTimeMillis) implements WriteResult {}

    /** Why apply refused a write. */
    enum Reason {
        /** The group does not serve the shard. */
        WRONG_GROUP,
        /** The write is older than what the shard remembers. */
        SESSION_EXPIRED,
        /** The write has no T0, or one too far ahead. */
        TIME_NEEDED,
        /** The session has declared the number answered. */
        NO_LONGER_KNOWN,
        /** The shard's session table is full of young writes. */
        OVERLOADED,
        /** It is over a limit or malformed. */
        INVALID
    }
}

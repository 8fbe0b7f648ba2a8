package io.ostraka.shardkv.shard;

import java.util.List;

/** What applying one log entry answers to whoever proposed it. The same on every replica. */
public sealed interface KvResult {

    /**
     * The answers of a {@code WriteBatch}, one a write, in its order.
     *
     * @param results what became of each
     */
    record Writes(List<WriteResult> results) implements KvResult {

        /** Keeps its own copy. */
        public Writes {
            results = List.copyOf(results);
        }
    }

    /** The step was heeded, or had been before. */
    record Heeded() implements KvResult {

        /** The only one. */
        public static final Heeded INSTANCE = new Heeded();
    }

    /**
     * The step was not heeded; nothing changed (but for {@link StepRefusal#DIGEST_MISMATCH}).
     *
     * @param why the rule that it broke
     */
    record Ignored(StepRefusal why) implements KvResult {}

    /**
     * Every replica digests the shard as of this entry.
     *
     * @param shard the shard
     * @param index the entry
     */
    record DigestBegun(int shard, long index) implements KvResult {}

    /**
     * The entry is no command that this version knows.
     *
     * @param reason what is wrong with its bytes
     */
    record Malformed(String reason) implements KvResult {}
}

package io.ostraka.shardkv.shard;

/** What a step does to a shard's state. */
sealed interface Transition {

    /** The step is not heeded; nothing changes. */
    record Ignored(StepRefusal why) implements Transition {}

    /**
     * The step is heeded.
     *
     * @param next the state after it, maybe the same
     * @param clears whether everything of the shard is deleted with it
     */
    record To(ShardState next, boolean clears) implements Transition {}

    static Transition ignored(StepRefusal why) {
        return new Ignored(why);
    }

    static Transition keeping(ShardState next) {
        return new To(next, false);
    }

    static Transition clearing(ShardState next) {
        return new To(next, true);
    }
}

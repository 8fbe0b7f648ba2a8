package io.ostraka.proto.config;

/** How far a shard is that lost the group which held it, or may have got it. */
public enum ShardRecovery {
    /** Nothing was lost, or all of it is done. */
    NONE(0),
    /**
     * Groups are to say what they have of the shard. No hand-over of it begins meanwhile, so that what they say stays
     * true.
     */
    PENDING(1),
    /** The controller has named owner and epoch, which the owner's log does not have yet: from its frozen copy. */
    FROM_COPY(2),
    /** Likewise, but the shard starts empty, whatever the owner still has of it. */
    EMPTY(3);

    private final int code;

    ShardRecovery(int code) {
        this.code = code;
    }

    /** The number that stands for it in hashes and logs. */
    public int code() {
        return code;
    }

    /** Whether an owner was named whose log does not have the shard yet. */
    public boolean isNamed() {
        return this == FROM_COPY || this == EMPTY;
    }

    /** What a number stands for; throws {@link IllegalArgumentException} if for nothing. */
    public static ShardRecovery ofCode(int code) {
        for (ShardRecovery recovery : values()) {
            if (recovery.code == code) {
                return recovery;
            }
        }
        throw new IllegalArgumentException("no shard has recovery " + code);
    }
}

package io.ostraka.shardkv.shard;

/** Why apply did not heed a step. */
public enum StepRefusal {
    /** The shard number is out of range. */
    NO_SUCH_SHARD,
    /** The step names another group where it must name this one. */
    NOT_OURS,
    /** The shard's state is not one in which the step is heeded, or is that of another hand-over. */
    OTHER_STATE,
    /** The group does not serve the epoch named, and never will again. */
    EPOCH_PASSED,
    /** The group does not serve the epoch named, but may yet. */
    EPOCH_TO_COME,
    /** The group's own configuration does not plan it. */
    NOT_PLANNED,
    /** The attempt was cancelled. */
    CANCELLED,
    /** More attempts than one would believe were cancelled at this epoch; no further one is remembered. */
    TOO_MANY_CANCELLED,
    /** The shard is frozen for that very attempt: too late to cancel. */
    FROZEN_FOR_IT,
    /** The chunk does not follow on what is logged, or something before it is missing. */
    GAP,
    /** The copy differs from the source; it was cleared, and is imported again under the same id. */
    DIGEST_MISMATCH,
    /** The source is still known to the configuration. */
    SOURCE_KNOWN,
    /** The other group is gone or was given up for dead. */
    PEER_GONE,
    /** The shard is being recovered, and no hand-over of it begins meanwhile. */
    IN_RECOVERY,
    /** The configuration does not extend the one that the group holds. */
    CONFIG_NOT_NEXT,
    /** A row or an item is not what it may be. */
    INVALID
}

package io.ostraka.shardctrler.command;

import java.util.List;

/** What came of a command; the same on every replica. */
public sealed interface ControllerResult {

    /**
     * The command made a new revision.
     *
     * @param num number of the desired map after it
     * @param revision revision after it
     * @param moves shards that are planned elsewhere than before, by shard
     * @param message what was done
     */
    record Done(long num, long revision, List<ShardMove> moves, String message) implements ControllerResult {

        /** Copies the list. */
        public Done {
            moves = List.copyOf(moves);
        }
    }

    /**
     * The command was fine, and nothing needed to change.
     *
     * @param num number of the desired map
     * @param revision revision of the configuration
     * @param why why there was nothing to do
     */
    record Unchanged(long num, long revision, String why) implements ControllerResult {}

    /**
     * The command was refused and changed nothing.
     *
     * @param reason what kind of refusal it is
     * @param message what is wrong and what to do
     */
    record Refused(Reason reason, String message) implements ControllerResult {}

    /** Kinds of refusal. */
    enum Reason {
        /** The bytes are no command, or of a version that is not known here. */
        MALFORMED,
        /** The request is wrong whatever the state is. */
        INVALID,
        /** The request does not fit the state. */
        REJECTED,
        /** The change was planned on another map. */
        STALE_PLAN,
        /** A later start of the node that asks was seen. */
        SUPERSEDED,
        /** The cluster has not been initialised. */
        NOT_INITIALISED
    }
}

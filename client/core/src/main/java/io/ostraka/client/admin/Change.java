package io.ostraka.client.admin;

import java.util.List;

/**
 * What a change did, or would do.
 *
 * @param changed whether there was anything to change
 * @param message if not, why not; else empty or a remark
 * @param num number of the configuration after the change; of a dry run, the one that it was planned on
 * @param moves shards that get another group
 */
public record Change(boolean changed, String message, long num, List<Move> moves) {

    /** Copies the list. */
    public Change {
        moves = List.copyOf(moves);
    }

    /**
     * One shard's way; gid 0 stands for no group.
     *
     * @param bytes what the owner last reported the shard to hold
     * @param keys likewise
     */
    public record Move(int shard, long fromGid, long toGid, long bytes, long keys) {}
}

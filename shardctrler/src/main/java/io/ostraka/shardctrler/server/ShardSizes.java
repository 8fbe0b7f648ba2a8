package io.ostraka.shardctrler.server;

import io.ostraka.proto.config.GroupRef;
import io.ostraka.shardctrler.command.ShardMove;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How large the shards were when their owners last said so. Kept by whoever is asked, in memory only: it informs the
 * administrator and decides nothing. Any thread.
 */
final class ShardSizes {

    private final Map<Integer, Size> sizes = new ConcurrentHashMap<>();

    /**
     * The size of a shard.
     *
     * @param group the group that said so
     * @param keys number of keys
     * @param bytes number of bytes
     */
    record Size(GroupRef group, long keys, long bytes) {}

    void report(int shard, Size size) {
        sizes.put(shard, size);
    }

    /** The size of what has to be copied for a move, or null if it is not known or nothing has to be. */
    @Nullable
    Size of(ShardMove move) {
        Size size = sizes.get(move.shard());
        return size == null || !size.group().equals(move.from()) || size.group().equals(move.to()) ? null : size;
    }
}

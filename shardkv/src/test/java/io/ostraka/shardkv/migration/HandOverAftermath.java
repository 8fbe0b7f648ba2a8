package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.shard.KvRead;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What must hold once the faults of a {@link HandOverSimulation} are over: nothing is under way, every acknowledged
 * line is there once, and each store holds what its log says.
 *
 * @param living groups that live
 * @param all those and the ones that came back from the dead
 * @param clients who wrote
 */
record HandOverAftermath(List<SimulatedGroup> living, List<SimulatedGroup> all, List<SimulatedClient> clients) {

    void check() {
        checkQuiet();
        checkLines();
        checkReplayed();
    }

    private void checkQuiet() {
        for (SimulatedClient client : clients) {
            if (!client.isIdle()) {
                throw new AssertionError("a client still waits");
            }
        }
        for (SimulatedGroup group : living) {
            for (ShardView shard : group.view().known()) {
                switch (shard.state()) {
                    case ShardState.Serving ignored -> {}
                    case ShardState.Absent ignored -> {
                        if (group.fixture().rowsOf(shard.shard()) != 0) {
                            throw new AssertionError(group.id() + " keeps rows of shard " + shard.shard());
                        }
                    }
                    case ShardState.Exporting e -> throw new AssertionError("still " + e + " at " + group.id());
                    case ShardState.Frozen f -> throw new AssertionError("still " + f + " at " + group.id());
                    case ShardState.Importing i -> throw new AssertionError("still " + i + " at " + group.id());
                    case ShardState.Retired r -> throw new AssertionError(r + " at " + group.id() + ", which lives");
                }
            }
        }
    }

    private void checkLines() {
        for (SimulatedClient client : clients) {
            Map<Bytes, Integer> lastAt = new HashMap<>();
            for (SimulatedClient.Line line : client.lines()) {
                String value = value(line.shard(), line.key());
                int at = value.indexOf(line.text());
                if (at < 0 && line.acknowledged()) {
                    throw new AssertionError("lost: " + line);
                }
                if (at >= 0 && value.indexOf(line.text(), at + 1) >= 0) {
                    throw new AssertionError("twice: " + line);
                }
                if (line.acknowledged()) {
                    if (at < lastAt.getOrDefault(line.key(), -1)) {
                        throw new AssertionError("out of order: " + line);
                    }
                    lastAt.put(line.key(), at);
                }
            }
        }
    }

    private String value(int shard, Bytes key) {
        for (SimulatedGroup group : living) {
            KvRead read = group.fixture().machine().read(shard, key);
            if (read instanceof KvRead.Found found) {
                return found.value().toUtf8();
            }
            if (read instanceof KvRead.Missing) {
                return "";
            }
        }
        throw new AssertionError("nobody serves shard " + shard);
    }

    /** Who crashed and replayed holds what one who never did would, byte for byte: digests rest on that. */
    private void checkReplayed() {
        for (SimulatedGroup group : all) {
            List<Integer> unlike = group.fixture().shardsUnlikeReplayed();
            if (!unlike.isEmpty()) {
                throw new AssertionError(
                        "group " + group.id() + " holds something else of shards " + unlike + " than its log says");
            }
        }
    }
}

package io.ostraka.shardctrler.server;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.Recoveries.Said;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the leaders of groups last said, and when. Kept by whoever is asked, in memory only: it tells the administrator
 * what to expect of a recovery, and keeps groups that are heard from being given up. Any thread.
 */
final class GroupWords {

    /**
     * A group that was heard within this time lives. Each leader speaks as soon as it leads and every 10 s from then
     * on, so a group that lives is silent for at most 10 s, an election and a few lost messages.
     */
    static final long ALIVE_NANOS = TimeUnit.SECONDS.toNanos(25);

    /** What a group repeats every few seconds and has not said for this time holds no longer. */
    private static final long REPEATED_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Map<GroupRef, Words> groups = new ConcurrentHashMap<>();

    /**
     * What one group said.
     *
     * @param heardNanos when it was heard last
     * @param shards by shard
     */
    private record Words(long heardNanos, Map<Integer, Word> shards) {}

    private record Word(long atNanos, Said said) {}

    /** The leader of a group was heard, with all that it said of shards. */
    void heard(GroupRef group, List<OwnerReport> reports, long nowNanos) {
        groups.compute(group, (ref, words) -> {
            Map<Integer, Word> current = new TreeMap<>(words == null ? Map.of() : words.shards());
            current.values().removeIf(word -> !isFresh(word, nowNanos));
            for (OwnerReport report : reports) {
                Said said = new Said(report.state(), report.at().epoch(), report.peer());
                current.put(report.at().shard(), new Word(nowNanos, said));
            }
            return new Words(nowNanos, current);
        });
    }

    /**
     * Forgets the groups that a configuration no longer has. One that joins later than this configuration is kept: its
     * word may have come before the news of its join; so is one that restored controllers may not know yet.
     */
    void keepOnlyThoseOf(ClusterConfig config) {
        groups.keySet()
                .removeIf(group -> group.incarnation() <= config.num()
                        && !config.terms().mayHaveLost(group.incarnation())
                        && !config.groups().containsKey(group));
    }

    /** How long ago the group was heard, if that proves that it lives; -1 if nothing does. */
    long silenceNanos(GroupRef group, long nowNanos) {
        Words words = groups.get(group);
        return words == null || nowNanos - words.heardNanos() > ALIVE_NANOS ? -1 : nowNanos - words.heardNanos();
    }

    /** What the group last said of a shard, or null. Of one that was heard no more it is what it said then. */
    @Nullable
    Said of(GroupRef group, int shard) {
        Word word = word(group, shard);
        return word == null ? null : word.said();
    }

    /** The group that a shard is frozen for, if its recorded owner has just said so; else null. */
    @Nullable
    GroupRef frozenFor(ShardRow row, long nowNanos) {
        Word word = row.owner() == null ? null : word(row.owner(), row.shard());
        return word != null
                        && isFresh(word, nowNanos)
                        && word.said().state() == TokenState.FROZEN
                        && word.said().epoch() == row.epoch() + 1
                ? word.said().peer()
                : null;
    }

    private @Nullable Word word(GroupRef group, int shard) {
        Words words = groups.get(group);
        return words == null ? null : words.shards().get(shard);
    }

    private static boolean isFresh(Word word, long nowNanos) {
        return nowNanos - word.atNanos() <= REPEATED_NANOS;
    }
}

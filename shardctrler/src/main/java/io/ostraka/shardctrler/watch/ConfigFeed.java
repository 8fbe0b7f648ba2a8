package io.ostraka.shardctrler.watch;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigHash;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The present configuration and the latest changes that led to it: what followers are told. Immutable.
 *
 * @param current the present configuration; null before the cluster is founded
 * @param recent the latest changes without a gap, oldest first, the last of which made {@code current}
 */
public record ConfigFeed(@Nullable ClusterConfig current, List<ConfigDelta> recent) {

    /** How many changes are kept; who is further behind gets the whole configuration. */
    public static final int RECENT_MAX = 256;

    /** Copies the list. */
    public ConfigFeed {
        recent = List.copyOf(recent);
    }

    /** A configuration of which it is not known how it came to be. */
    public static ConfigFeed of(@Nullable ClusterConfig current) {
        return new ConfigFeed(current, List.of());
    }

    /** This feed after further changes, which lead to {@code newest}. */
    public ConfigFeed and(List<ConfigDelta> changes, @Nullable ClusterConfig newest) {
        if (current == null || changes.isEmpty()) {
            return of(newest);
        }
        List<ConfigDelta> more = new ArrayList<>(recent);
        more.addAll(changes);
        return new ConfigFeed(newest, more.subList(Math.max(0, more.size() - RECENT_MAX), more.size()));
    }

    /** What a follower needs. */
    public sealed interface Next {

        /** Nothing: it is up to date. */
        record Nothing() implements Next {}

        /**
         * These changes, in order.
         *
         * @param deltas the changes
         */
        record Deltas(List<ConfigDelta> deltas) implements Next {}

        /**
         * The whole configuration.
         *
         * @param config the configuration
         */
        record Whole(ClusterConfig config) implements Next {}

        /**
         * Something newer than is known here: another controller has it.
         *
         * @param revision the revision that is known here
         */
        record Elsewhere(long revision) implements Next {}
    }

    /**
     * What a follower needs who holds a revision.
     *
     * @param revision the revision, 0 for none
     * @param hash hash of what the follower holds: if it is not of our chain, it needs the whole
     */
    public Next after(long revision, ConfigHash hash) {
        ClusterConfig now = current;
        if (now == null) {
            return new Next.Nothing();
        }
        if (revision > now.revision()) {
            return new Next.Elsewhere(now.revision());
        }
        if (revision == now.revision()) {
            return hash.equals(now.hash()) ? new Next.Nothing() : new Next.Whole(now);
        }
        long missing = now.revision() - revision;
        if (revision == 0 || missing > recent.size()) {
            return new Next.Whole(now);
        }
        List<ConfigDelta> deltas = recent.subList((int) (recent.size() - missing), recent.size());
        return deltas.getFirst().previousHash().equals(hash) ? new Next.Deltas(deltas) : new Next.Whole(now);
    }
}

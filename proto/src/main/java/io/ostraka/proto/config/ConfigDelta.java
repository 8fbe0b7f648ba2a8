package io.ostraka.proto.config;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What changed from one revision of the configuration to the next. It extends exactly the configuration whose hash is
 * {@link #previousHash}; {@link ClusterConfig#apply} refuses any other.
 *
 * @param revision the revision that this change makes
 * @param num number of the desired map after it
 * @param previousHash hash of the configuration that it extends
 * @param hash hash of the configuration that it makes
 * @param terms what holds for the whole cluster after it
 * @param rows what is new, changed or gone
 */
public record ConfigDelta(
        long revision, long num, ConfigHash previousHash, ConfigHash hash, ClusterTerms terms, Rows rows) {

    /**
     * The rows of a change.
     *
     * @param shards rows that are changed, by shard
     * @param groups rows that are new or changed, by identity
     * @param removedGroups groups that are gone, by identity
     * @param nodes rows that are new or changed, by node id
     */
    public record Rows(
            List<ShardRow> shards, List<GroupRow> groups, List<GroupRef> removedGroups, List<NodeRow> nodes) {

        /** Sorts each list; throws {@link IllegalArgumentException} if something is named twice in one. */
        public Rows {
            shards = sorted(shards, ShardRow::shard);
            groups = sorted(groups, GroupRow::ref);
            removedGroups = sorted(removedGroups, ref -> ref);
            nodes = sorted(nodes, NodeRow::nodeId);
        }

        /** Whether nothing is changed. */
        public boolean isEmpty() {
            return shards.isEmpty() && groups.isEmpty() && removedGroups.isEmpty() && nodes.isEmpty();
        }

        private static <T, K extends Comparable<K>> List<T> sorted(List<T> rows, Function<T, K> key) {
            List<T> sorted = rows.stream().sorted(Comparator.comparing(key)).toList();
            for (int i = 1; i < sorted.size(); i++) {
                if (key.apply(sorted.get(i - 1)).equals(key.apply(sorted.get(i)))) {
                    throw new IllegalArgumentException("a change of the configuration names twice: " + sorted.get(i));
                }
            }
            return sorted;
        }
    }

    /** The change that extends {@code before} by these rows, which become revision {@code before.revision() + 1}. */
    public static ConfigDelta extending(ClusterConfig before, long num, Rows rows) {
        return extending(before, num, before.terms(), rows);
    }

    /** As {@link #extending(ClusterConfig, long, Rows)}, with terms that may be others than before. */
    public static ConfigDelta extending(ClusterConfig before, long num, ClusterTerms terms, Rows rows) {
        long revision = before.revision() + 1;
        ConfigHash hash = hashOf(before.hash(), revision, num, terms, rows);
        return new ConfigDelta(revision, num, before.hash(), hash, terms, rows);
    }

    /** Whether {@link #hash} is the hash of this content. */
    boolean hashFits() {
        return hash.equals(hashOf(previousHash, revision, num, terms, rows));
    }

    private static ConfigHash hashOf(ConfigHash previous, long revision, long num, ClusterTerms terms, Rows rows) {
        ConfigHash.Digest digest = new ConfigHash.Digest();
        digest.put(previous.toByteArray());
        digest.put(revision);
        digest.put(num);
        digest.put(rows.shards().size());
        for (ShardRow row : rows.shards()) {
            digest.put(row.shard());
            put(digest, row.owner());
            digest.put(row.epoch());
            put(digest, row.target());
            digest.put((row.pinned() ? 1 : 0) + 2L * row.recovery().code());
        }
        digest.put(rows.groups().size());
        for (GroupRow row : rows.groups()) {
            put(digest, row);
        }
        digest.put(rows.removedGroups().size());
        for (GroupRef ref : rows.removedGroups()) {
            put(digest, ref);
        }
        digest.put(rows.nodes().size());
        for (NodeRow row : rows.nodes()) {
            digest.put(row.nodeId());
            digest.put(row.address().getBytes(StandardCharsets.UTF_8));
        }
        if (!terms.equals(ClusterTerms.FOUNDED)) {
            // Versions that know no terms must find the hashes of their own level.
            digest.put(terms.featureLevel());
        }
        if (terms.wereRestored()) {
            digest.put(terms.stage().code());
            digest.put(terms.lost().size());
            for (LostMaps lost : terms.lost()) {
                digest.put(lost.after());
                digest.put(lost.before());
            }
        }
        return digest.finish();
    }

    private static void put(ConfigHash.Digest digest, GroupRow row) {
        put(digest, row.ref());
        digest.put(row.standing().code());
        digest.put(row.weight());
        digest.put(row.replicas().size());
        for (ReplicaRow replica : row.replicas()) {
            digest.put(replica.replicaId());
            digest.put(replica.nodeId());
            digest.put(replica.created());
            digest.put(replica.lost());
        }
    }

    private static void put(ConfigHash.Digest digest, @Nullable GroupRef ref) {
        digest.put(ref != null);
        if (ref != null) {
            digest.put(ref.gid());
            digest.put(ref.incarnation());
        }
    }
}

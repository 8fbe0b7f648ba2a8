package io.ostraka.shardkv.migration;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigHash;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command.ConfigUpdate;
import io.ostraka.shardkv.command.GroupPlan;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.shard.GroupConfig;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes the configuration into the group's log: one revision after the other, or all rows where a revision is missing.
 * What controllers show that still ask what became of the cluster ({@link RestoreStage#HEARING}) is not taken.
 */
final class ConfigFollower {

    private static final int DELTAS_MAX = 1_024;

    private final Outbox outbox;
    private final AgentOptions options;
    /** By revision. */
    private final TreeMap<Long, ConfigDelta> deltas = new TreeMap<>();

    private @Nullable ClusterConfig latest;
    private boolean proposing;
    private long notBeforeNanos;

    ConfigFollower(Outbox outbox, AgentOptions options) {
        this.outbox = outbox;
        this.options = options;
        this.notBeforeNanos = outbox.nowNanos();
    }

    void seen(ClusterConfig config) {
        if (latest == null || config.revision() > latest.revision()) {
            latest = config;
            follow();
        }
    }

    void extended(ConfigDelta delta, ClusterConfig config) {
        if (latest != null && config.revision() <= latest.revision()) {
            return;
        }
        latest = config;
        deltas.put(delta.revision(), delta);
        if (deltas.size() > DELTAS_MAX) {
            deltas.pollFirstEntry();
        }
        follow();
    }

    /** Proposes what follows on the configuration that the log has, unless that is under way. */
    void follow() {
        GroupConfig held = outbox.view().config();
        deltas.headMap(held.revision(), true).clear();
        ClusterConfig newest = latest;
        if (proposing
                || newest == null
                || newest.terms().stage() == RestoreStage.HEARING
                || newest.revision() <= held.revision()
                || outbox.nowNanos() - notBeforeNanos < 0) {
            return;
        }
        ConfigDelta next = deltas.get(held.revision() + 1);
        boolean extendsHeld = next != null && bytes(next.previousHash()).equals(held.hash());
        ConfigUpdate update = extendsHeld && next != null ? update(next) : update(newest);
        proposing = true;
        outbox.propose(update, true, result -> {
            proposing = false;
            if (outbox.view().config().revision() < update.revision()) {
                notBeforeNanos = outbox.nowNanos() + options.retryNanos();
            }
            follow();
        });
    }

    /** How far a restore of the controllers is, as far as is known here. */
    RestoreStage stage() {
        return latest == null ? RestoreStage.NONE : latest.terms().stage();
    }

    /** All rows that groups need. */
    static ConfigUpdate update(ClusterConfig config) {
        return new ConfigUpdate(
                config.revision(),
                config.num(),
                true,
                Bytes.EMPTY,
                bytes(config.hash()),
                config.terms().featureLevel(),
                config.shards().stream()
                        .filter(row -> row.owner() != null || row.target() != null)
                        .map(ConfigFollower::plan)
                        .toList(),
                config.groups().values().stream().map(ConfigFollower::plan).toList(),
                List.of());
    }

    /** The rows of a change that groups need. */
    static ConfigUpdate update(ConfigDelta delta) {
        return new ConfigUpdate(
                delta.revision(),
                delta.num(),
                false,
                bytes(delta.previousHash()),
                bytes(delta.hash()),
                delta.terms().featureLevel(),
                delta.rows().shards().stream().map(ConfigFollower::plan).toList(),
                delta.rows().groups().stream().map(ConfigFollower::plan).toList(),
                delta.rows().removedGroups().stream().map(ConfigFollower::group).toList());
    }

    private static ShardPlan plan(ShardRow row) {
        return new ShardPlan(
                row.shard(), optionalGroup(row.owner()), row.epoch(), optionalGroup(row.target()), row.recovery());
    }

    private static GroupPlan plan(GroupRow row) {
        return new GroupPlan(group(row.ref()), row.standing());
    }

    private static GroupId group(GroupRef ref) {
        return new GroupId(ref.gid(), ref.incarnation());
    }

    private static @Nullable GroupId optionalGroup(@Nullable GroupRef ref) {
        return ref == null ? null : group(ref);
    }

    private static Bytes bytes(ConfigHash hash) {
        return Bytes.wrap(hash.toByteArray());
    }
}

package io.ostraka.shardkv.shard;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Decoder;
import io.ostraka.shardkv.command.Encoder;
import io.ostraka.shardkv.command.GroupPlan;
import io.ostraka.shardkv.command.MalformedCommandException;
import io.ostraka.shardkv.command.ShardPlan;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rows that hold a group's configuration. They travel in snapshots to replicas of other versions, so they are
 * written in the first format as long as the cluster's feature level is the first one.
 */
final class ConfigRows {

    private static final int FIRST_FORMAT = 1;
    private static final int FORMAT_WITH_TERMS = 2;

    private ConfigRows() {}

    /** Everything but the plans of shards. */
    static Bytes config(GroupConfig config) {
        boolean withTerms = config.featureLevel() > Feature.BASE_LEVEL;
        Encoder row = new Encoder(128)
                .u8(withTerms ? FORMAT_WITH_TERMS : FIRST_FORMAT)
                .number(config.revision())
                .number(config.num())
                .bytes(config.hash())
                .list(
                        List.copyOf(config.groups().values()),
                        (to, plan) -> to.group(plan.group()).u8(plan.standing().code()));
        return withTerms ? row.number(config.featureLevel()).finish() : row.finish();
    }

    /** What {@link #config} wrote, together with the plans of its shards. */
    static GroupConfig config(Bytes row, SortedMap<Integer, ShardPlan> plans) {
        return Rows.decode("configuration", row, d -> {
            int format = format(d);
            long revision = d.number();
            long num = d.number();
            Bytes hash = d.bytes();
            TreeMap<GroupId, GroupPlan> groups = new TreeMap<>();
            for (GroupPlan plan : d.list(from -> new GroupPlan(from.group(), from.standing()))) {
                groups.put(plan.group(), plan);
            }
            int featureLevel = format == FIRST_FORMAT ? Feature.BASE_LEVEL : d.number(Integer.MAX_VALUE);
            if (featureLevel > Feature.NEWEST_LEVEL) {
                throw new MalformedCommandException(tooNew(featureLevel));
            }
            return GroupConfig.of(revision, num, hash, featureLevel, groups, plans);
        });
    }

    /** Says that this version must not go on with a group that is at this level. */
    static String tooNew(int featureLevel) {
        return "the cluster has feature level " + featureLevel + ", and this version knows " + Feature.NEWEST_LEVEL
                + ": start the newer version again";
    }

    /** The plan of a shard. */
    static Bytes plan(ShardPlan plan) {
        boolean lost = plan.recovery() != ShardRecovery.NONE;
        Encoder row = new Encoder(32)
                .u8(lost ? FORMAT_WITH_TERMS : FIRST_FORMAT)
                .optionalGroup(plan.owner())
                .number(plan.epoch())
                .optionalGroup(plan.target());
        return lost ? row.u8(plan.recovery().code()).finish() : row.finish();
    }

    /** What {@link #plan} wrote. */
    static ShardPlan plan(int shard, Bytes row) {
        return Rows.decode("plan", row, d -> {
            int format = format(d);
            GroupId owner = d.optionalGroup();
            long epoch = d.number();
            GroupId target = d.optionalGroup();
            return format == FIRST_FORMAT
                    ? new ShardPlan(shard, owner, epoch, target)
                    : new ShardPlan(shard, owner, epoch, target, d.recovery());
        });
    }

    private static int format(Decoder d) throws MalformedCommandException {
        int format = d.u8();
        if (format < FIRST_FORMAT || format > FORMAT_WITH_TERMS) {
            throw new MalformedCommandException("format " + format + " was written by a newer version");
        }
        return format;
    }
}

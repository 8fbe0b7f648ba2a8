package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.GroupPlan;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.shard.GroupConfig;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Speaks to the controller for the group: claims shards that nobody owns, reports the tokens that the group's log holds
 * until the configuration shows them, and, while a group leaves, what its log says of every shard it holds, so that the
 * leaving group can be settled. Creates claimed shards once the configuration names the group as their owner.
 */
final class Reporter {

    private final GroupId self;
    private final Outbox outbox;
    private final AgentOptions options;
    /** Shards whose creation is proposed. */
    private final TreeSet<Integer> creating = new TreeSet<>();

    /** What was reported last; a shard that has just arrived is reported at once. */
    private TreeSet<Integer> reportedShards = new TreeSet<>();

    private long reportAtNanos;
    private long sizesAtNanos;
    private long reportedRevision;

    Reporter(GroupId self, Outbox outbox, AgentOptions options) {
        this.self = self;
        this.outbox = outbox;
        this.options = options;
        this.reportAtNanos = outbox.nowNanos();
        this.sizesAtNanos = outbox.nowNanos() + options.sizesNanos();
    }

    void drive() {
        GroupView view = outbox.view();
        create(view);
        long now = outbox.nowNanos();
        List<Integer> claims = claims(view.config());
        List<OwnerReport> owners = owners(view);
        TreeSet<Integer> held = new TreeSet<>();
        owners.forEach(owner -> held.add(owner.shard()));
        boolean due = now - reportAtNanos >= 0
                || view.config().revision() != reportedRevision
                || !reportedShards.containsAll(held);
        boolean sizesDue = now - sizesAtNanos >= 0;
        if (!due && !sizesDue) {
            return;
        }
        reportedShards = held;
        List<SizeReport> sizes = sizesDue ? sizes(view) : List.of();
        if (sizesDue) {
            sizesAtNanos = now + options.sizesNanos();
        }
        reportAtNanos = now + options.retryNanos();
        reportedRevision = view.config().revision();
        if (!claims.isEmpty() || !owners.isEmpty() || !sizes.isEmpty()) {
            outbox.add(new AgentAction.Report(claims, owners, sizes));
        }
    }

    private void create(GroupView view) {
        for (ShardPlan plan : view.config().plans()) {
            int shard = plan.shard();
            if (self.equals(plan.owner())
                    && plan.epoch() == 1
                    && view.shard(shard).state().equals(ShardState.Absent.NEVER_HELD)
                    && creating.add(shard)) {
                outbox.propose(new Command.CreateShard(shard), true, result -> creating.remove(shard));
            }
        }
    }

    private List<Integer> claims(GroupConfig config) {
        List<Integer> claims = new ArrayList<>();
        for (ShardPlan plan : config.plans()) {
            if (plan.owner() == null && self.equals(plan.target())) {
                claims.add(plan.shard());
            }
        }
        return claims;
    }

    private List<OwnerReport> owners(GroupView view) {
        GroupConfig config = view.config();
        boolean settling = false;
        for (GroupPlan group : config.groups().values()) {
            settling |= group.leaving();
        }
        List<OwnerReport> owners = new ArrayList<>();
        for (ShardView shard : view.known()) {
            long epoch = shard.state().servingEpoch();
            // Only who holds the token may speak of it: a frozen or absent copy settles nothing.
            if (epoch < 0) {
                continue;
            }
            ShardPlan plan = config.plan(shard.shard());
            if (settling || !self.equals(plan.owner()) || plan.epoch() < epoch) {
                owners.add(new OwnerReport(shard.shard(), epoch, config.revision(), shard.state()));
            }
        }
        return owners;
    }

    private static List<SizeReport> sizes(GroupView view) {
        List<SizeReport> sizes = new ArrayList<>();
        for (ShardView shard : view.known()) {
            if (shard.state().isServing()) {
                sizes.add(new SizeReport(
                        shard.shard(), shard.size().keys(), shard.size().bytes()));
            }
        }
        return sizes;
    }
}

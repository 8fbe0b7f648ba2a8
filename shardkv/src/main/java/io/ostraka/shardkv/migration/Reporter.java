package io.ostraka.shardkv.migration;

import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRecovery;
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
 * leaving group can be settled; of a shard that lost a group, and of every shard while controllers are being restored
 * from a backup, whatever its log has. Creates claimed shards once the configuration names the group as their owner,
 * and goes on with lost ones.
 */
final class Reporter {

    /** Shards in one report that the log says no token of. */
    private static final int TOLD_MAX = 1_024;

    private final GroupId self;
    private final Outbox outbox;
    private final AgentOptions options;
    /** Shards whose creation or recovery is proposed. */
    private final TreeSet<Integer> creating = new TreeSet<>();

    /** What was reported last; a shard that has just arrived is reported at once. */
    private TreeSet<Integer> reportedShards = new TreeSet<>();

    private long reportAtNanos;
    private long sizesAtNanos;
    private long reportedRevision;
    private int nextToTell;

    Reporter(GroupId self, Outbox outbox, AgentOptions options) {
        this.self = self;
        this.outbox = outbox;
        this.options = options;
        this.reportAtNanos = outbox.nowNanos();
        this.sizesAtNanos = outbox.nowNanos();
    }

    void drive(RestoreStage stage) {
        create(outbox.view());
        speak(stage);
    }

    /**
     * Reports, if anything is due.
     *
     * @param stage how far controllers are that were restored; as long as they are not done they ask for every shard
     */
    void speak(RestoreStage stage) {
        boolean restoring = stage != RestoreStage.NONE;
        GroupView view = outbox.view();
        long now = outbox.nowNanos();
        List<Integer> claims = claims(view.config());
        List<OwnerReport> owners = owners(view, restoring);
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
        List<OwnerReport> copies = copies(view, restoring);
        if (stage == RestoreStage.HEARING) {
            outbox.add(new AgentAction.ReportKnown(view.config()));
        }
        // When sizes are due there is always a report, so that a group which has nothing to say is known to live.
        if (sizesDue || !claims.isEmpty() || !owners.isEmpty() || !copies.isEmpty()) {
            outbox.add(new AgentAction.Report(claims, owners, copies, sizes));
        }
    }

    private void create(GroupView view) {
        for (ShardPlan plan : view.config().plans()) {
            int shard = plan.shard();
            if (self.equals(plan.owner())
                    && plan.epoch() == 1
                    && plan.recovery() == ShardRecovery.NONE
                    && view.shard(shard).state().equals(ShardState.Absent.NEVER_HELD)
                    && creating.add(shard)) {
                outbox.propose(new Command.CreateShard(shard), true, result -> creating.remove(shard));
            }
            if (plan.isNamed(self) && canGoOn(view.shard(shard).state(), plan) && creating.add(shard)) {
                Command recover = new Command.RecoverShard(shard, plan.epoch());
                outbox.propose(recover, true, result -> creating.remove(shard));
            }
        }
    }

    /** An import is forgotten first, since its source is gone; a frozen copy goes on. */
    private static boolean canGoOn(ShardState state, ShardPlan plan) {
        boolean empty = plan.recovery() == ShardRecovery.EMPTY;
        boolean held = (empty && state instanceof ShardState.Absent) || state instanceof ShardState.Frozen;
        return held && state.lastEpoch() < plan.epoch();
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

    private List<OwnerReport> owners(GroupView view, boolean restoring) {
        GroupConfig config = view.config();
        boolean settling = restoring;
        for (GroupPlan group : config.groups().values()) {
            settling |= group.leaving();
        }
        List<OwnerReport> owners = new ArrayList<>();
        for (ShardView shard : view.known()) {
            long epoch = shard.state().servingEpoch();
            // Only who holds the token may speak of it: a frozen or absent copy settles nothing.
            if (epoch >= 0 && (settling || !shows(config.plan(shard.shard()), epoch))) {
                owners.add(report(shard, config));
            }
        }
        return owners;
    }

    /** Whether the plan shows that this group's log has the shard at this epoch. */
    private boolean shows(ShardPlan plan, long epoch) {
        return self.equals(plan.owner()) && plan.epoch() >= epoch && plan.recovery() == ShardRecovery.NONE;
    }

    /**
     * What the log has of shards whose token it does not hold: copies, for an operator to know; and of the next shards
     * that are asked for whatever it has, so that the controller can decide. All of them take a few reports.
     */
    private List<OwnerReport> copies(GroupView view, boolean restoring) {
        List<OwnerReport> copies = new ArrayList<>();
        GroupConfig config = view.config();
        for (ShardView shard : view.known()) {
            boolean copy = shard.state() instanceof ShardState.Frozen || shard.state() instanceof ShardState.Importing;
            if (copy && !restoring && !config.plan(shard.shard()).isPending()) {
                copies.add(report(shard, config));
            }
        }
        int told = 0;
        for (int number = nextToTell; number < view.shards(); number++) {
            ShardView shard = view.shard(number);
            boolean asked = restoring || config.plan(number).isPending();
            if (!asked || shard.state().isServing()) {
                continue;
            }
            if (told == TOLD_MAX) {
                nextToTell = number;
                return copies;
            }
            told++;
            copies.add(report(shard, config));
        }
        nextToTell = 0;
        return copies;
    }

    /** Of a retired group every shard is retired, also one that it never held. */
    private OwnerReport report(ShardView shard, GroupConfig config) {
        ShardState held = shard.state();
        ShardState state = config.hasRetired(self) ? new ShardState.Retired(held.lastEpoch()) : held;
        long epoch = held instanceof ShardState.Importing importing ? importing.epoch() : held.lastEpoch();
        return new OwnerReport(shard.shard(), epoch, config.revision(), state);
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

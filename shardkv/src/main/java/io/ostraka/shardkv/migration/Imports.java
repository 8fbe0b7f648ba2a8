package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All imports of a group: begins those that are planned, as many at a time as there are slots, drives each, and tells
 * the sources of those that are finished. A stalled import yields its slot but goes on.
 */
final class Imports {

    private final GroupId self;
    private final Outbox outbox;
    private final AgentOptions options;
    private final RandomGenerator random;
    /** By shard. */
    private final TreeMap<Integer, Importer> running = new TreeMap<>();
    /** Shards whose {@code BeginImport} is proposed. */
    private final TreeSet<Integer> beginning = new TreeSet<>();
    /** By shard: when to begin again after a refusal. */
    private final TreeMap<Integer, Long> notBeforeNanos = new TreeMap<>();
    /** By shard: what the source was told of a shard that is here. */
    private final TreeMap<Integer, Told> told = new TreeMap<>();
    /** Finished hand-overs whose sources have cleaned up. */
    private final TreeMap<Integer, ExportName> cleanedUp = new TreeMap<>();

    /**
     * That the source was told, and may have to be told again.
     *
     * @param againAtNanos when
     * @param answered whether it has said anything since
     */
    private record Told(long againAtNanos, boolean answered) {}

    Imports(GroupId self, Outbox outbox, AgentOptions options, RandomGenerator random) {
        this.self = self;
        this.outbox = outbox;
        this.options = options;
        this.random = random;
    }

    void drive() {
        GroupView view = outbox.view();
        List<ShardView> known = view.known();
        for (ShardView shard : known) {
            if (shard.state() instanceof ShardState.Importing importing) {
                ExportName name = new ExportName(
                        shard.shard(), importing.epoch(), importing.exportId(), importing.source(), self);
                Importer importer = running.get(shard.shard());
                if (importer == null || !importer.name().equals(name)) {
                    running.put(shard.shard(), new Importer(name, outbox, options));
                }
            }
        }
        for (Iterator<Importer> each = running.values().iterator(); each.hasNext(); ) {
            Importer importer = each.next();
            ShardView shard = view.shard(importer.name().shard());
            if (shard.state().isImporting(importer.name())) {
                importer.drive();
            } else {
                each.remove();
                outbox.add(new AgentAction.CloseSource(importer.name(), false));
                // Forgotten: where the plan is still the one that could not be carried out, not again at once.
                notBeforeNanos.put(importer.name().shard(), outbox.nowNanos() + options.retryNanos());
            }
        }
        begin(view);
        for (ShardView shard : known) {
            tell(view, shard);
        }
    }

    void received(TransferReply reply) {
        ExportName name = reply.name();
        Importer importer = importer(name);
        if (importer != null) {
            importer.received(reply);
        } else if (reply instanceof TransferReply.CleanedUp) {
            cleanedUp.put(name.shard(), name);
            told.remove(name.shard());
            outbox.add(new AgentAction.CloseSource(name, false));
        } else {
            told.computeIfPresent(name.shard(), (_, before) -> new Told(before.againAtNanos(), true));
        }
    }

    void sourceGone(ExportName name) {
        Importer importer = importer(name);
        if (importer != null) {
            importer.sourceGone();
        }
    }

    void proved(ExportName name, boolean ready) {
        Importer importer = importer(name);
        if (importer != null) {
            importer.proved(ready);
        }
    }

    private @Nullable Importer importer(ExportName name) {
        Importer importer = running.get(name.shard());
        return importer != null && importer.name().equals(name) ? importer : null;
    }

    private void begin(GroupView view) {
        List<ShardPlan> wanted = new ArrayList<>();
        for (ShardPlan plan : view.config().plans()) {
            if (self.equals(plan.target())
                    && plan.owner() != null
                    && !plan.owner().equals(self)
                    && !plan.isPending()
                    && view.config().isAlive(plan.owner())
                    && view.shard(plan.shard()).state() instanceof ShardState.Absent
                    && !beginning.contains(plan.shard())
                    && outbox.nowNanos() - notBeforeNanos.getOrDefault(plan.shard(), outbox.nowNanos()) >= 0) {
                wanted.add(plan);
            }
        }
        long slots = (long) options.importsMax() - beginning.size();
        for (Importer importer : running.values()) {
            slots -= importer.isStalled() ? 0 : 1;
        }
        for (ShardPlan plan : wanted) {
            GroupId owner = plan.owner();
            if (slots <= 0 || owner == null) {
                return;
            }
            slots--;
            begin(plan, owner);
        }
    }

    private void begin(ShardPlan plan, GroupId owner) {
        int shard = plan.shard();
        ExportId id = new ExportId(random.nextLong(), random.nextLong());
        ExportName name = new ExportName(shard, plan.epoch(), id, owner, self);
        beginning.add(shard);
        outbox.propose(new Command.BeginImport(name), true, result -> {
            beginning.remove(shard);
            if (result instanceof KvResult.Heeded) {
                notBeforeNanos.remove(shard);
            } else {
                notBeforeNanos.put(shard, outbox.nowNanos() + options.retryNanos());
            }
        });
    }

    /** Tells the source that the shard is here, until it has cleaned up or can see it in its configuration. */
    private void tell(GroupView view, ShardView shard) {
        ExportName name = shard.arrivedBy();
        if (name == null
                || shard.state().servingEpoch() != name.epoch() + 1
                || !view.config().isAlive(name.source())) {
            return;
        }
        ShardPlan plan = view.config().plan(shard.shard());
        boolean visible =
                self.equals(plan.owner()) && plan.epoch() >= shard.state().servingEpoch();
        if (visible || name.equals(cleanedUp.get(shard.shard()))) {
            if (told.remove(shard.shard()) != null) {
                outbox.add(new AgentAction.CloseSource(name, false));
            }
            return;
        }
        long now = outbox.nowNanos();
        Told before = told.get(shard.shard());
        if (before != null && now - before.againAtNanos() < 0) {
            return;
        }
        if (before != null) {
            outbox.add(new AgentAction.CloseSource(name, !before.answered()));
        }
        told.put(shard.shard(), new Told(now + options.retryNanos(), false));
        outbox.add(new AgentAction.SendToSource(new TransferRequest.Activated(name)));
    }
}

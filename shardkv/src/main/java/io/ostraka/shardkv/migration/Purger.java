package io.ostraka.shardkv.migration;

import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import java.util.TreeSet;

/** Moves log time on when a key falls due, so that it ceases to be visible, then purges what is no longer visible. */
final class Purger {

    private static final int KEYS_MAX = 512;

    private final Outbox outbox;
    private final LogClock clock;
    private final TreeSet<Integer> purging = new TreeSet<>();
    private boolean ticking;

    Purger(Outbox outbox, LogClock clock) {
        this.outbox = outbox;
        this.clock = clock;
    }

    void drive() {
        GroupView view = outbox.view();
        long stamp = clock.stampMillis(outbox.nowNanos());
        for (ShardView shard : view.known()) {
            if (!shard.state().isServing() || shard.nextExpiryMillis() > shard.shardTimeMillis(stamp)) {
                continue;
            }
            if (shard.nextExpiryMillis() > view.shardTimeMillis(shard.shard())) {
                tick();
            } else if (shard.state() instanceof ShardState.Serving && purging.add(shard.shard())) {
                outbox.propose(
                        new Command.PurgeExpired(shard.shard(), KEYS_MAX),
                        false,
                        result -> purging.remove(shard.shard()));
            }
        }
    }

    private void tick() {
        if (!ticking) {
            ticking = true;
            outbox.propose(new Command.Tick(), false, result -> ticking = false);
        }
    }
}

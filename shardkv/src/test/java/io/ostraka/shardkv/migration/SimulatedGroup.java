package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A group whose log takes a while, and whose leader changes: proposals of former leaders still get applied. */
final class SimulatedGroup {

    /** Something on its way into the log; {@code leader} is the term that waits for the result. */
    private record Pending(Bytes payload, long leader, Consumer<@Nullable KvResult> done) {}

    private final GroupFixture fixture;
    private final SplittableRandom random;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final List<Bytes> everProposed = new ArrayList<>();
    private GroupAgent agent;
    private LogClock clock;
    private long leader;
    private long seenRevision;

    SimulatedGroup(GroupId id, SessionOptions sessions, SplittableRandom random, long nowNanos) {
        this.fixture = new GroupFixture(id.gid(), id.incarnation(), sessions);
        this.random = random;
        this.clock = new LogClock(0, nowNanos);
        this.agent = newAgent(nowNanos);
    }

    GroupFixture fixture() {
        return fixture;
    }

    GroupId id() {
        return fixture.id();
    }

    GroupView view() {
        return fixture.machine().view();
    }

    GroupAgent agent() {
        return agent;
    }

    long leader() {
        return leader;
    }

    long stampMillis(long nowNanos) {
        return clock.stampMillis(nowNanos);
    }

    /** The configuration's revision that the node has last told the agent. */
    long seenRevision() {
        return seenRevision;
    }

    void saw(long revision) {
        seenRevision = revision;
    }

    /** Another replica leads, with nothing but the log. */
    void changeLeader(long nowNanos) {
        leader++;
        seenRevision = 0;
        agent = newAgent(nowNanos);
    }

    /**
     * Its replica goes on with what its store holds and the rest of the log, or with a snapshot; what it has forgotten
     * by that, or null.
     */
    @Nullable
    String reload() {
        GroupView before = view();
        if (before.applied().index() > 0 && random.nextInt(3) == 0) {
            fixture.repair();
        } else {
            fixture.crash(random.nextInt(fixture.store().unflushedBatches() + 1));
        }
        if (!view().config().equals(before.config())) {
            return id() + " goes on with " + view().config() + " where " + before.config() + " was applied";
        }
        for (ShardView shard : before.known()) {
            ShardState now = view().shard(shard.shard()).state();
            if (!now.equals(shard.state())) {
                return id() + " goes on with " + now + " of shard " + shard.shard() + " after " + shard.state();
            }
        }
        return null;
    }

    void propose(Command command, long nowNanos, Consumer<@Nullable KvResult> done) {
        Bytes payload = CommandCodec.encode(new StampedCommand(stampMillis(nowNanos), command));
        everProposed.add(payload);
        pending.add(new Pending(payload, leader, done));
    }

    /** Something that was proposed long ago comes up again. */
    void replay() {
        if (!everProposed.isEmpty()) {
            Bytes payload = everProposed.get(random.nextInt(everProposed.size()));
            pending.add(new Pending(payload, -1, result -> {}));
        }
    }

    /** Commits the next entry; false if there is none. */
    boolean commit() {
        Pending next = pending.poll();
        if (next == null) {
            return false;
        }
        KvResult result = fixture.applyBytes(next.payload());
        if (next.leader() == leader) {
            next.done().accept(result);
        }
        return true;
    }

    private GroupAgent newAgent(long nowNanos) {
        clock = new LogClock(view().logTimeMillis(), nowNanos);
        AgentOptions options = new AgentOptions(2, 3, 200_000_000L, 1_000_000_000L, 5_000_000_000L, DigestOptions.OFF);
        return new GroupAgent(id(), view(), clock, options, random.split(), nowNanos);
    }
}

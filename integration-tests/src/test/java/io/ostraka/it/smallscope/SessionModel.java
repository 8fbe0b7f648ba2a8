package io.ostraka.it.smallscope;

import io.ostraka.proto.Feature;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.GroupPlan;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.ShardPlan;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.shard.GroupImage;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.WriteResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One group that serves a shard, a small table of sessions, time that passes, and three writes of two clients, each
 * first sent with any T0 and then repeated for ever with the same one. A state is the group's, which writes were done,
 * and each write's T0. Not thread-safe.
 */
final class SessionModel implements Model {

    /** How far ahead of the shard's time a T0 may be. */
    static final long AHEAD_MILLIS = 2;

    private static final SessionOptions OPTIONS = new SessionOptions(4, 4, 1, AHEAD_MILLIS);
    private static final long[] T0 = {1, 4, 8};
    private static final long TIME_MAX = 13;
    private static final int WRITES = 3;
    private static final int GROUP = 0;
    private static final int DONE = 1;
    private static final int FIRST_T0 = 2;
    private static final int NOT_SENT = -1;
    private static final int DONE_TWICE = 1 << WRITES;
    private static final int TICK = WRITES;

    private final Groups groups = new Groups(List.of());
    private final List<List<Integer>> writes = new ArrayList<>();
    private final List<Integer> ticks = new ArrayList<>();

    SessionModel() {
        for (int write = 0; write < WRITES; write++) {
            List<Integer> byT0 = new ArrayList<>();
            for (long t0 : T0) {
                byT0.add(groups.command(write(write, t0), 0));
            }
            writes.add(byT0);
        }
        for (long time = 0; time <= TIME_MAX; time++) {
            ticks.add(groups.command(new Command.Tick(), time));
        }
    }

    private static Command write(int write, long t0) {
        SessionId session = new SessionId(1, write == 2 ? 2 : 1);
        WriteOp op = new WriteOp.Append(Bytes.utf8("a"), Bytes.utf8("x"));
        return new Command.WriteBatch(100, List.of(new ClientWrite(session, write == 1 ? 2 : 1, 1, t0, 0, op)));
    }

    @Override
    public int[] initial() {
        GroupId self = new GroupId(1, 1);
        Command config = new Command.ConfigUpdate(
                1,
                1,
                true,
                Bytes.EMPTY,
                Bytes.EMPTY,
                Feature.NEWEST_LEVEL,
                List.of(new ShardPlan(0, self, 1, null)),
                List.of(new GroupPlan(self, false)),
                List.of());
        int group = groups.number(GroupImage.empty(self, OPTIONS));
        group = groups.apply(group, groups.command(config, 0));
        group = groups.apply(group, groups.command(new Command.CreateShard(0), 0));
        return new int[] {group, 0, NOT_SENT, NOT_SENT, NOT_SENT};
    }

    @Override
    public void steps(int[] state, Steps steps) {
        int now = (int) groups.image(state[GROUP]).view().logTimeMillis();
        if (now < TIME_MAX) {
            int[] after = state.clone();
            after[GROUP] = groups.apply(state[GROUP], ticks.get(now + 1));
            steps.to(TICK, after);
        }
        for (int write = 0; write < WRITES; write++) {
            int sent = state[FIRST_T0 + write];
            for (int t0 = 0; t0 < T0.length; t0++) {
                if (sent == NOT_SENT || sent == t0) {
                    steps.to(write, written(state, write, t0));
                }
            }
        }
    }

    private int[] written(int[] state, int write, int t0) {
        int command = writes.get(write).get(t0);
        int[] after = state.clone();
        after[FIRST_T0 + write] = t0;
        after[GROUP] = groups.apply(state[GROUP], command);
        boolean grew = groups.image(after[GROUP]).view().shard(0).revision()
                > groups.image(state[GROUP]).view().shard(0).revision();
        boolean done = groups.result(state[GROUP], command) instanceof KvResult.Writes results
                && results.results().getFirst() instanceof WriteResult.Done;
        if (done && grew) {
            after[DONE] |= (state[DONE] & (1 << write)) != 0 ? DONE_TWICE : 1 << write;
        }
        return after;
    }

    @Override
    public @Nullable String violation(int[] state) {
        return (state[DONE] & DONE_TWICE) != 0 ? Safety.EXECUTED_TWICE : null;
    }

    @Override
    public String tell(int[] before, int step, int[] after) {
        if (step == TICK) {
            return "it is " + groups.image(after[GROUP]).view().logTimeMillis();
        }
        String what = (step == 2 ? "session 2 sends write 1" : "session 1 sends write " + (step + 1)) + " with T0 "
                + T0[after[FIRST_T0 + step]];
        return what + (after[DONE] != before[DONE] ? ": executed" : ": not executed");
    }
}

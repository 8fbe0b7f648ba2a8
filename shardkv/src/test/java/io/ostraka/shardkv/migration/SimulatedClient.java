package io.ostraka.shardkv.migration;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.WriteOutcome;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client that appends numbered lines to keys through one session, retries without end, and abandons now and then. */
final class SimulatedClient {

    /** A line that was appended and acknowledged by a group, or may have been appended. */
    record Line(Bytes key, int shard, String text, @Nullable GroupId by) {

        boolean acknowledged() {
            return by != null;
        }
    }

    private final SessionId session;
    private final SplittableRandom random;
    private final List<Line> lines = new ArrayList<>();
    private @Nullable ClientWrite current;
    private long number;

    SimulatedClient(long id, SplittableRandom random) {
        this.session = new SessionId(id, id);
        this.random = random;
    }

    /** The write to try now: the one that has no answer, or a new one; null where no T0 is known. */
    @Nullable
    ClientWrite next(long[] knownTimes, boolean begin) {
        if (current == null && begin) {
            int shard = random.nextInt(GroupFixture.SHARDS);
            if (knownTimes[shard] > 0) {
                number++;
                Bytes key = GroupFixture.key(shard, random.nextInt(3));
                String text = "<" + session.low() + "." + number + ">";
                current = new ClientWrite(
                        session, number, number, knownTimes[shard], shard, new WriteOp.Append(key, Bytes.utf8(text)));
            }
        }
        return current;
    }

    /** Gives up on the present write, whose outcome stays unknown. */
    void abandon() {
        end(null);
    }

    void answered(ClientWrite write, WriteResult result, GroupId by) {
        if (!write.equals(current)) {
            return;
        }
        switch (result) {
            case WriteResult.Done done -> {
                if (done.outcome().kind() != WriteOutcome.Kind.WRITTEN) {
                    throw new AssertionError("an append became " + done);
                }
                end(by);
            }
            case WriteResult.Asked asked -> throw new AssertionError("nobody asked: " + asked);
            case WriteResult.Refused refused -> {
                switch (refused.reason()) {
                    case WRONG_GROUP, OVERLOADED, TIME_NEEDED -> {}
                    case SESSION_EXPIRED -> end(null);
                    case NO_LONGER_KNOWN, INVALID -> throw new AssertionError(write + " got " + refused);
                }
            }
        }
    }

    boolean isIdle() {
        return current == null;
    }

    /** That these lines were acknowledged counts no longer. */
    void mayBeLost(Predicate<Line> which) {
        lines.replaceAll(line -> which.test(line) ? new Line(line.key(), line.shard(), line.text(), null) : line);
    }

    List<Line> lines() {
        return lines;
    }

    private void end(@Nullable GroupId by) {
        ClientWrite write = current;
        if (write != null && write.op() instanceof WriteOp.Append append) {
            lines.add(new Line(append.key(), write.shard(), append.value().toUtf8(), by));
        }
        current = null;
    }
}

package io.ostraka.shardkv.shard;

import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command.WriteBatch;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.Admission;
import io.ostraka.shardkv.session.WriteOutcome;
import java.util.ArrayList;
import java.util.List;

/** Applies the writes of clients: each at most once, or with the answer that it had (DESIGN section 6). */
final class WriteApplier {

    private final GroupState group;
    private final KeyWriter writer;

    WriteApplier(GroupState group, KeyWriter writer) {
        this.group = group;
        this.writer = writer;
    }

    KvResult apply(WriteBatch batch) {
        List<WriteResult> results = new ArrayList<>(batch.writes().size());
        long before = group.pending().bytes();
        for (ClientWrite write : batch.writes()) {
            // Nothing is stored in the middle of an entry, so this depends on the entry and the state before it alone.
            long written = group.pending().bytes() - before;
            results.add(
                    written <= group.limits().writtenBytesMax()
                            ? apply(write, batch.valueBytesMax())
                            : new WriteResult.Refused(
                                    WriteResult.Reason.OVERLOADED,
                                    "the writes that came with it write too much already; send it again",
                                    timeMillis(write.shard())));
        }
        return new KvResult.Writes(results);
    }

    private long timeMillis(int shard) {
        return group.hasShard(shard) && group.shard(shard).state().isServing()
                ? group.shard(shard).timeMillis(group.logTimeMillis())
                : 0;
    }

    private WriteResult apply(ClientWrite write, int valueBytesMax) {
        if (!group.hasShard(write.shard())) {
            return new WriteResult.Refused(WriteResult.Reason.INVALID, "there is no shard " + write.shard(), 0);
        }
        Shard shard = group.shard(write.shard());
        if (!shard.state().isServing()) {
            return new WriteResult.Refused(
                    WriteResult.Reason.WRONG_GROUP, "shard " + write.shard() + " is not served here", 0);
        }
        long now = shard.timeMillis(group.logTimeMillis());
        String problem = WriteRules.problemOf(write, group.shards(), valueBytesMax);
        if (problem != null) {
            return new WriteResult.Refused(WriteResult.Reason.INVALID, problem, now);
        }
        boolean ask = write.op() instanceof WriteOp.Ask;
        group.touch(shard);
        Admission admission = shard.sessions()
                .admit(write.session(), write.number(), write.lowestUnanswered(), write.t0Millis(), ask, now);
        return switch (admission) {
            case Admission.Run ignored -> {
                WriteOutcome outcome = run(shard, write, now, valueBytesMax);
                yield ask ? new WriteResult.Asked(outcome) : new WriteResult.Done(outcome);
            }
            case Admission.Decided decided ->
                ask ? new WriteResult.Asked(decided.outcome()) : new WriteResult.Done(decided.outcome());
            case Admission.Refused refused -> refused(refused.reason(), now);
        };
    }

    private WriteOutcome run(Shard shard, ClientWrite write, long now, int valueBytesMax) {
        long revision = shard.nextRevision();
        WriteOutcome outcome = switch (write.op()) {
            case WriteOp.KeyOp op -> writer.run(shard, op, revision, now, valueBytesMax);
            case WriteOp.Atomic atomic -> writer.runAll(shard, atomic.ops(), revision, now, valueBytesMax);
            case WriteOp.Ask ignored -> new WriteOutcome(WriteOutcome.Kind.CANCELLED, revision);
        };
        shard.sessions()
                .record(write.session(), write.number(), write.lowestUnanswered(), write.t0Millis(), revision, outcome);
        return outcome;
    }

    private static WriteResult refused(Admission.Reason reason, long now) {
        return switch (reason) {
            case SESSION_EXPIRED ->
                new WriteResult.Refused(
                        WriteResult.Reason.SESSION_EXPIRED,
                        "the write is older than what is remembered; send it anew under a new number",
                        now);
            case TIME_NEEDED ->
                new WriteResult.Refused(
                        WriteResult.Reason.TIME_NEEDED, "the write needs a T0 of at most the shard's time", now);
            case NO_LONGER_KNOWN ->
                new WriteResult.Refused(
                        WriteResult.Reason.NO_LONGER_KNOWN, "the session said that this number is answered", now);
            case OVERLOADED ->
                new WriteResult.Refused(
                        WriteResult.Reason.OVERLOADED, "too many young sessions on this shard; try again later", now);
            case INVALID ->
                new WriteResult.Refused(
                        WriteResult.Reason.INVALID, "number and lowest unanswered number contradict each other", now);
        };
    }
}

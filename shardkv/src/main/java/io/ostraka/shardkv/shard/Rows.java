package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.shardkv.command.Decoder;
import io.ostraka.shardkv.command.Encoder;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.MalformedCommandException;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.session.SessionHead;
import io.ostraka.shardkv.session.SessionRow;
import io.ostraka.shardkv.session.WriteOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of the rows in the store. Rows that travel with a shard begin with their revision, 8 bytes. A row that
 * cannot be decoded was not written by this code: that breaks an invariant and stops the group.
 */
final class Rows {

    private static final int FORMAT = 1;
    private static final int REVISION_BYTES = 8;

    /** Decodes one kind of row. */
    @FunctionalInterface
    interface RowDecoder<T> {
        T decode(Decoder decoder) throws MalformedCommandException;
    }

    private Rows() {}

    static <T> T decode(String what, Bytes row, RowDecoder<T> decoder) {
        try {
            return decoder.decode(new Decoder(row));
        } catch (MalformedCommandException malformed) {
            throw new BrokenInvariantException("the store holds a damaged " + what + " row: " + malformed.reason());
        }
    }

    /** Decodes the rest of a store key, from one of its bytes on. */
    static <T> T keyPart(String what, Bytes storeKey, int from, RowDecoder<T> decoder) {
        return decode(what, storeKey.slice(Math.min(from, storeKey.size()), storeKey.size()), d -> {
            T part = decoder.decode(d);
            d.end();
            return part;
        });
    }

    static DataRow data(Bytes row) {
        return decode("data", row, d -> new DataRow(d.u64(), d.u64(), d.raw(d.remaining())));
    }

    static Bytes head(SessionHead head) {
        return new Encoder(28)
                .u64(head.revision())
                .number(head.doneBelow())
                .number(head.t0Millis())
                .finish();
    }

    static SessionHead head(Bytes row) {
        return decode("session", row, d -> new SessionHead(d.u64(), d.number(), d.number()));
    }

    static Bytes sessionRow(SessionRow row) {
        return new Encoder(40)
                .u64(row.revision())
                .number(row.number())
                .number(row.t0Millis())
                .u8(row.outcome().kind().code())
                .number(row.outcome().revision())
                .finish();
    }

    static SessionRow sessionRow(Bytes row) {
        return decode("session write", row, d -> {
            long revision = d.u64();
            long number = d.number();
            long t0 = d.number();
            int code = d.u8();
            WriteOutcome.Kind kind = WriteOutcome.Kind.ofCode(code);
            if (kind == null) {
                throw new MalformedCommandException("outcome " + code + " is not known here");
            }
            return new SessionRow(revision, number, t0, new WriteOutcome(kind, d.number()));
        });
    }

    /** The item that a row of the shard is. */
    static ShardItem toItem(Bytes itemKey, Bytes row) {
        return new ShardItem(itemKey, revisionOf(row), false, row.slice(REVISION_BYTES, row.size()));
    }

    /** The row that an item is. */
    static Bytes toRow(ShardItem item) {
        return new Encoder(REVISION_BYTES + item.content().size())
                .u64(item.revision())
                .raw(item.content())
                .finish();
    }

    static long revisionOf(Bytes row) {
        return decode("shard", row, Decoder::u64);
    }

    static Bytes revision(long revision) {
        return new Encoder(REVISION_BYTES).u64(revision).finish();
    }

    /** Where the group's state is in its log. */
    record Applied(LogPosition position, long logTimeMillis, Membership membership) {

        Bytes encode() {
            return new Encoder(64)
                    .u8(FORMAT)
                    .number(position.index())
                    .number(position.term())
                    .number(logTimeMillis)
                    .list(membership.voters(), Rows::replica)
                    .list(membership.learners(), Rows::replica)
                    .list(membership.outgoingVoters(), Rows::replica)
                    .finish();
        }

        static Applied decode(Bytes row) {
            return Rows.decode("position", row, d -> {
                format(d);
                LogPosition position = new LogPosition(d.number(), d.number());
                long logTime = d.number();
                return new Applied(position, logTime, new Membership(replicas(d), replicas(d), replicas(d)));
            });
        }
    }

    static Bytes quarantine(QuarantineMark mark) {
        return formatted(32)
                .number(mark.at().index())
                .number(mark.at().term())
                .number(mark.shard())
                .number(mark.digestIndex())
                .finish();
    }

    static QuarantineMark quarantine(Bytes row) {
        return decode("quarantine", row, d -> {
            format(d);
            return new QuarantineMark(new LogPosition(d.number(), d.number()), d.number(Integer.MAX_VALUE), d.number());
        });
    }

    static void format(Decoder decoder) throws MalformedCommandException {
        int format = decoder.u8();
        if (format != FORMAT) {
            throw new MalformedCommandException("format " + format + " was written by a newer version");
        }
    }

    static Encoder formatted(int bytesExpected) {
        return new Encoder(bytesExpected).u8(FORMAT);
    }

    static Encoder state(Encoder e, ShardState state) {
        return switch (state) {
            case ShardState.Absent s -> e.u8(1).number(s.lastEpoch());
            case ShardState.Serving s -> e.u8(2).number(s.epoch());
            case ShardState.Exporting s ->
                exportId(e.u8(3).number(s.epoch()), s.exportId()).group(s.target());
            case ShardState.Frozen s ->
                exportId(e.u8(4).number(s.epoch()), s.exportId())
                        .group(s.successor())
                        .number(s.shardTimeMillis());
            case ShardState.Importing s ->
                exportId(e.u8(5).number(s.epoch()), s.exportId())
                        .group(s.source())
                        .number(s.lastEpoch())
                        .bytes(s.progress().lastBaseKey())
                        .flag(s.progress().baseComplete())
                        .number(s.progress().revision())
                        .digest(s.progress().digest())
                        .number(s.progress().chunks());
            case ShardState.Retired s -> e.u8(6).number(s.lastEpoch());
        };
    }

    static ShardState state(Decoder d) throws MalformedCommandException {
        int code = d.u8();
        return switch (code) {
            case 1 -> new ShardState.Absent(d.number());
            case 2 -> new ShardState.Serving(d.number());
            case 3 -> new ShardState.Exporting(d.number(), exportId(d), d.group());
            case 4 -> new ShardState.Frozen(d.number(), exportId(d), d.group(), d.number());
            case 5 ->
                new ShardState.Importing(
                        d.number(),
                        exportId(d),
                        d.group(),
                        d.number(),
                        new ImportProgress(d.bytes(), d.flag(), d.number(), d.digest(), d.number()));
            case 6 -> new ShardState.Retired(d.number());
            default -> throw new MalformedCommandException("state " + code + " is not known here");
        };
    }

    static Encoder optionalName(Encoder e, @Nullable ExportName name) {
        return name == null ? e.flag(false) : e.flag(true).name(name);
    }

    static Encoder exportId(Encoder e, ExportId id) {
        return e.u64(id.high()).u64(id.low());
    }

    static ExportId exportId(Decoder d) throws MalformedCommandException {
        return new ExportId(d.u64(), d.u64());
    }

    private static void replica(Encoder e, ReplicaId replica) {
        e.u64(replica.value());
    }

    private static List<ReplicaId> replicas(Decoder d) throws MalformedCommandException {
        return d.list(each -> new ReplicaId(each.u64()));
    }
}

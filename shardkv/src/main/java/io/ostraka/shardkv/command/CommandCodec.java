package io.ostraka.shardkv.command;

import io.ostraka.proto.Feature;
import io.ostraka.proto.Limits;
import io.ostraka.proto.config.GroupStanding;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.ReplicaId;

/**
 * Commands as log entries: a version byte, the leader's stamp, a type byte, the fields. Decoding checks every bound
 * that the shape has; what a command may do is checked in apply.
 */
public final class CommandCodec {

    /** The version that this code writes, and the only one that it reads. */
    public static final int VERSION = 1;

    private CommandCodec() {}

    /** Encodes. */
    public static Bytes encode(StampedCommand stamped) {
        Encoder encoder = new Encoder(256);
        encoder.u8(VERSION).number(stamped.logTimeMillis());
        encodeCommand(encoder, stamped.command());
        return encoder.finish();
    }

    /** Decodes any bytes. The result shares memory with them. */
    public static StampedCommand decode(Bytes bytes) throws MalformedCommandException {
        Decoder decoder = new Decoder(bytes);
        int version = decoder.u8();
        if (version != VERSION) {
            throw new MalformedCommandException("version " + version + " is not known here");
        }
        long stamp = decoder.number();
        Command command = decodeCommand(decoder);
        decoder.end();
        return new StampedCommand(stamp, command);
    }

    private static void encodeCommand(Encoder e, Command command) {
        switch (command) {
            case Command.WriteBatch c -> e.u8(1).number(c.valueBytesMax()).list(c.writes(), CommandCodec::encodeWrite);
            case Command.ConfigUpdate c when c.featureLevel() <= Feature.BASE_LEVEL -> encodeConfig(e.u8(2), c);
            case Command.ConfigUpdate c -> encodeConfig(e.u8(14).number(c.featureLevel()), c);
            case Command.Tick ignored -> e.u8(3);
            case Command.CreateShard c -> e.u8(4).number(c.shard());
            case Command.BeginImport c -> e.u8(5).name(c.name());
            case Command.BeginExport c -> e.u8(6).name(c.name());
            case Command.ImportChunk c ->
                encodeSpan(e.u8(7).name(c.name()), c.span()).list(c.items(), CommandCodec::encodeItem);
            case Command.Freeze c -> e.u8(8).name(c.name());
            case Command.CancelExport c -> e.u8(9).name(c.name());
            case Command.ForgetImport c -> e.u8(10).name(c.name()).flag(c.proof() == Command.ForgetProof.SOURCE_GONE);
            case Command.Activate c ->
                e.u8(11)
                        .name(c.name())
                        .number(c.fromRevision())
                        .list(c.items(), CommandCodec::encodeItem)
                        .number(c.revision())
                        .number(c.shardTimeMillis())
                        .number(c.floorMillis())
                        .digest(c.digest());
            case Command.CleanUp c -> e.u8(12).name(c.name());
            case Command.RecoverShard c -> e.u8(15).number(c.shard()).number(c.epoch());
            case Command.PurgeExpired c -> e.u8(13).number(c.shard()).number(c.keysMax());
            case Command.TakeDigest c -> e.u8(20).number(c.shard());
            case Command.Quarantine c ->
                e.u8(21).u64(c.replica().value()).number(c.shard()).number(c.digestIndex());
        }
    }

    private static Command decodeCommand(Decoder d) throws MalformedCommandException {
        int type = d.u8();
        return switch (type) {
            case 1 ->
                new Command.WriteBatch(d.number(Limits.VALUE_BYTES_MAX_CEILING), d.list(CommandCodec::decodeWrite));
            case 2 -> decodeConfig(d, Feature.BASE_LEVEL);
            case 3 -> new Command.Tick();
            case 4 -> new Command.CreateShard(d.number(Integer.MAX_VALUE));
            case 5 -> new Command.BeginImport(d.name());
            case 6 -> new Command.BeginExport(d.name());
            case 7 -> new Command.ImportChunk(d.name(), decodeSpan(d), d.list(CommandCodec::decodeItem));
            case 8 -> new Command.Freeze(d.name());
            case 9 -> new Command.CancelExport(d.name());
            case 10 ->
                new Command.ForgetImport(
                        d.name(), d.flag() ? Command.ForgetProof.SOURCE_GONE : Command.ForgetProof.SOURCE_CANCELLED);
            case 11 ->
                new Command.Activate(
                        d.name(),
                        d.number(),
                        d.list(CommandCodec::decodeItem),
                        d.number(),
                        d.number(),
                        d.number(),
                        d.digest());
            case 12 -> new Command.CleanUp(d.name());
            case 13 -> new Command.PurgeExpired(d.number(Integer.MAX_VALUE), d.number(Integer.MAX_VALUE));
            case 14 -> decodeConfig(d, levelAboveBase(d));
            case 15 -> new Command.RecoverShard(d.number(Integer.MAX_VALUE), d.number());
            case 20 -> new Command.TakeDigest(d.number(Integer.MAX_VALUE));
            case 21 -> new Command.Quarantine(new ReplicaId(d.u64()), d.number(Integer.MAX_VALUE), d.number());
            default -> throw new MalformedCommandException("command type " + type + " is not known here");
        };
    }

    private static void encodeConfig(Encoder e, Command.ConfigUpdate update) {
        boolean base = update.featureLevel() <= Feature.BASE_LEVEL;
        e.number(update.revision())
                .number(update.num())
                .flag(update.full())
                .bytes(update.previousHash())
                .bytes(update.hash())
                .list(update.shards(), base ? CommandCodec::encodeBasePlan : CommandCodec::encodePlan)
                .list(
                        update.groups(),
                        (to, plan) -> to.group(plan.group()).u8(plan.standing().code()))
                .list(update.removedGroups(), Encoder::group);
    }

    private static Command.ConfigUpdate decodeConfig(Decoder d, int featureLevel) throws MalformedCommandException {
        boolean base = featureLevel <= Feature.BASE_LEVEL;
        return new Command.ConfigUpdate(
                d.number(),
                d.number(),
                d.flag(),
                d.bytes(),
                d.bytes(),
                featureLevel,
                d.list(base ? CommandCodec::decodeBasePlan : CommandCodec::decodePlan),
                d.list(from -> new GroupPlan(from.group(), base ? leavingOrNot(from) : from.standing())),
                d.list(Decoder::group));
    }

    private static int levelAboveBase(Decoder d) throws MalformedCommandException {
        int level = d.number(Integer.MAX_VALUE);
        if (level <= Feature.BASE_LEVEL) {
            throw new MalformedCommandException("a configuration of level " + level + " in the form of a later one");
        }
        return level;
    }

    private static GroupStanding leavingOrNot(Decoder d) throws MalformedCommandException {
        return d.flag() ? GroupStanding.LEAVING : GroupStanding.MEMBER;
    }

    private static void encodeBasePlan(Encoder e, ShardPlan plan) {
        e.number(plan.shard()).optionalGroup(plan.owner()).number(plan.epoch()).optionalGroup(plan.target());
    }

    private static ShardPlan decodeBasePlan(Decoder d) throws MalformedCommandException {
        return new ShardPlan(d.number(Integer.MAX_VALUE), d.optionalGroup(), d.number(), d.optionalGroup());
    }

    private static void encodePlan(Encoder e, ShardPlan plan) {
        encodeBasePlan(e, plan);
        e.u8(plan.recovery().code());
    }

    private static ShardPlan decodePlan(Decoder d) throws MalformedCommandException {
        return new ShardPlan(
                d.number(Integer.MAX_VALUE), d.optionalGroup(), d.number(), d.optionalGroup(), d.recovery());
    }

    private static Encoder encodeSpan(Encoder e, Command.Span span) {
        return switch (span) {
            case Command.Span.Base base ->
                e.u8(1).bytes(base.afterKey()).flag(base.last()).number(base.snapshotRevision());
            case Command.Span.Round round ->
                e.u8(2).number(round.fromRevision()).number(round.toRevision());
        };
    }

    private static Command.Span decodeSpan(Decoder d) throws MalformedCommandException {
        int type = d.u8();
        return switch (type) {
            case 1 -> new Command.Span.Base(d.bytes(), d.flag(), d.number());
            case 2 -> new Command.Span.Round(d.number(), d.number());
            default -> throw new MalformedCommandException("span type " + type + " is not known here");
        };
    }

    private static void encodeItem(Encoder e, ShardItem item) {
        e.bytes(item.key()).number(item.revision()).flag(item.tombstone()).bytes(item.content());
    }

    private static ShardItem decodeItem(Decoder d) throws MalformedCommandException {
        return new ShardItem(d.bytes(), d.number(), d.flag(), d.bytes());
    }

    private static void encodeWrite(Encoder e, ClientWrite write) {
        e.u64(write.session().high())
                .u64(write.session().low())
                .number(write.number())
                .number(write.lowestUnanswered())
                .number(write.t0Millis())
                .number(write.shard());
        switch (write.op()) {
            case WriteOp.KeyOp op -> encodeKeyOp(e, op);
            case WriteOp.Atomic batch -> e.u8(5).list(batch.ops(), CommandCodec::encodeKeyOp);
            case WriteOp.Ask ignored -> e.u8(6);
        }
    }

    private static ClientWrite decodeWrite(Decoder d) throws MalformedCommandException {
        SessionId session = new SessionId(d.u64(), d.u64());
        long number = d.number();
        long lowest = d.number();
        long t0 = d.number();
        int shard = d.number(Integer.MAX_VALUE);
        int type = d.u8();
        WriteOp op = switch (type) {
            case 5 -> new WriteOp.Atomic(d.list(from -> decodeKeyOp(from, from.u8())));
            case 6 -> new WriteOp.Ask();
            default -> decodeKeyOp(d, type);
        };
        return new ClientWrite(session, number, lowest, t0, shard, op);
    }

    private static void encodeKeyOp(Encoder e, WriteOp.KeyOp op) {
        switch (op) {
            case WriteOp.Put put -> e.u8(1).bytes(put.key()).bytes(put.value()).number(put.ttlMillis());
            case WriteOp.Append append -> e.u8(2).bytes(append.key()).bytes(append.value());
            case WriteOp.Delete delete -> e.u8(3).bytes(delete.key());
            case WriteOp.CompareAndSet cas -> {
                Bytes value = cas.value();
                e.u8(4).bytes(cas.key()).number(cas.expectedRevision()).flag(value != null);
                if (value != null) {
                    e.bytes(value);
                }
                e.number(cas.ttlMillis());
            }
        }
    }

    private static WriteOp.KeyOp decodeKeyOp(Decoder d, int type) throws MalformedCommandException {
        return switch (type) {
            case 1 -> new WriteOp.Put(d.bytes(), d.bytes(), d.number());
            case 2 -> new WriteOp.Append(d.bytes(), d.bytes());
            case 3 -> new WriteOp.Delete(d.bytes());
            case 4 -> new WriteOp.CompareAndSet(d.bytes(), d.number(), d.flag() ? d.bytes() : null, d.number());
            default -> throw new MalformedCommandException("write type " + type + " is not known here");
        };
    }
}

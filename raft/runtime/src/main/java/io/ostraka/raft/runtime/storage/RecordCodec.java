package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.LogRecord.Appended;
import io.ostraka.raft.runtime.storage.LogRecord.Life;
import io.ostraka.raft.runtime.storage.LogRecord.OfReplica;
import io.ostraka.raft.runtime.storage.LogRecord.Released;
import io.ostraka.raft.runtime.storage.LogRecord.Removed;
import io.ostraka.raft.runtime.storage.LogRecord.Restarted;
import io.ostraka.raft.runtime.storage.LogRecord.Roster;
import io.ostraka.raft.runtime.storage.LogRecord.RosterEntry;
import io.ostraka.raft.runtime.storage.LogRecord.SegmentStart;
import io.ostraka.raft.runtime.storage.LogRecord.Stamp;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Records as bytes, big-endian: length of all that follows (4), kind (1), and for a record of a replica its id,
 * sequence and latest sequence (8 each), then the kind's own fields. Integrity is the batch's matter; bytes behind a
 * valid checksum that this version does not understand are a {@link MalformedRecordException}. Decoding allocates no
 * more than a small multiple of its input.
 */
final class RecordCodec {

    /** A length limit that keeps a roster entry small. */
    static final int DAMAGE_BYTES_MAX = 1024;

    private static final byte SEGMENT_START = 1;
    private static final byte APPENDED = 2;
    private static final byte RESTARTED = 3;
    private static final byte RELEASED = 4;
    private static final byte REMOVED = 5;
    private static final byte ROSTER = 6;

    private static final int PREFIX_BYTES = Integer.BYTES + 1;
    private static final int STAMP_BYTES = 3 * Long.BYTES;
    private static final int ENTRY_BYTES = Long.BYTES + 1 + Integer.BYTES;
    private static final int ROSTER_ENTRY_BYTES = 2 * Long.BYTES + 1 + Integer.BYTES + 3 * Long.BYTES;

    /** No number in a record is ever near it: what is added to one cannot overflow. */
    private static final long NUMBER_MAX = 1L << 62;

    private static final byte NO_HARD_STATE = 0;
    private static final byte NO_VOTE = 1;
    private static final byte VOTE = 2;

    private RecordCodec() {}

    /** How many bytes a record takes. */
    static long sizeOf(LogRecord record) {
        return PREFIX_BYTES
                + switch (record) {
                    case Appended appended -> {
                        long size = STAMP_BYTES + sizeOf(appended.hardState()) + Integer.BYTES + Long.BYTES;
                        for (Entry entry : appended.entries()) {
                            size += ENTRY_BYTES + entry.payload().size();
                        }
                        yield size;
                    }
                    case Restarted _, Released _ -> STAMP_BYTES + 2L * Long.BYTES;
                    case Removed _ -> STAMP_BYTES;
                    case SegmentStart start -> 2L * Long.BYTES + sizeOf(start.roster());
                    case Roster roster -> sizeOf(roster.roster());
                };
    }

    private static long sizeOf(List<RosterEntry> roster) {
        long size = Integer.BYTES;
        for (RosterEntry entry : roster) {
            size += ROSTER_ENTRY_BYTES + damageBytes(entry).length + sizeOf(entry.hardState());
        }
        return size;
    }

    private static long sizeOf(@Nullable HardState hardState) {
        return hardState == null ? 1 : 1 + 3 * Long.BYTES;
    }

    private static byte[] damageBytes(RosterEntry entry) {
        byte[] bytes = entry.damage().getBytes(StandardCharsets.UTF_8);
        return bytes.length <= DAMAGE_BYTES_MAX ? bytes : Arrays.copyOf(bytes, DAMAGE_BYTES_MAX);
    }

    static void encode(LogRecord record, ByteBuffer target) {
        target.putInt((int) sizeOf(record) - Integer.BYTES);
        switch (record) {
            case Appended appended -> {
                put(target, APPENDED, appended.stamp());
                put(target, appended.hardState());
                target.putInt(appended.entries().size()).putLong(appended.first());
                for (Entry entry : appended.entries()) {
                    target.putLong(entry.term()).put(code(entry.type()));
                    target.putInt(entry.payload().size()).put(entry.payload().asByteBuffer());
                }
            }
            case Restarted restarted -> {
                put(target, RESTARTED, restarted.stamp());
                put(target, restarted.base());
            }
            case Released released -> {
                put(target, RELEASED, released.stamp());
                put(target, released.upTo());
            }
            case Removed removed -> put(target, REMOVED, removed.stamp());
            case SegmentStart start -> {
                target.put(SEGMENT_START)
                        .putLong(start.previousEnd().generation())
                        .putLong(start.previousEnd().offset());
                put(target, start.roster());
            }
            case Roster roster -> {
                target.put(ROSTER);
                put(target, roster.roster());
            }
        }
    }

    private static void put(ByteBuffer target, byte kind, Stamp stamp) {
        target.put(kind)
                .putLong(stamp.replica().value())
                .putLong(stamp.sequence())
                .putLong(stamp.latest());
    }

    private static void put(ByteBuffer target, LogPosition position) {
        target.putLong(position.index()).putLong(position.term());
    }

    private static void put(ByteBuffer target, @Nullable HardState hardState) {
        if (hardState == null) {
            target.put(NO_HARD_STATE);
            return;
        }
        ReplicaId vote = hardState.vote();
        target.put(vote == null ? NO_VOTE : VOTE).putLong(hardState.term());
        target.putLong(vote == null ? 0 : vote.value()).putLong(hardState.commit());
    }

    private static void put(ByteBuffer target, List<RosterEntry> roster) {
        target.putInt(roster.size());
        for (RosterEntry entry : roster) {
            byte[] damage = damageBytes(entry);
            target.putLong(entry.replica().value()).putLong(entry.latest());
            target.put(code(entry.life()));
            target.putInt(damage.length).put(damage);
            put(target, entry.hardState());
            put(target, entry.base());
            target.putLong(entry.lastIndex());
        }
    }

    /**
     * Decodes the record at the buffer's position and moves behind it.
     *
     * @param floors for each replica the index up to which entries are not wanted
     */
    static LogRecord decode(ByteBuffer source, ToLongFunction<ReplicaId> floors) throws MalformedRecordException {
        try {
            ByteBuffer fields = take(source, source.getInt());
            LogRecord record = decodeFields(fields, floors);
            require(!fields.hasRemaining(), "a record with bytes left over");
            return record;
        } catch (BufferUnderflowException e) {
            throw new MalformedRecordException("a record that ends too early");
        }
    }

    private static LogRecord decodeFields(ByteBuffer fields, ToLongFunction<ReplicaId> floors)
            throws MalformedRecordException {
        byte kind = fields.get();
        return switch (kind) {
            case SEGMENT_START -> new SegmentStart(new LogPoint(number(fields), number(fields)), roster(fields));
            case ROSTER -> new Roster(roster(fields));
            case APPENDED -> appended(stamp(fields), fields, floors);
            case RESTARTED -> new Restarted(stamp(fields), position(fields));
            case RELEASED -> new Released(stamp(fields), position(fields));
            case REMOVED -> new Removed(stamp(fields));
            default -> throw new MalformedRecordException("a record of unknown kind " + kind);
        };
    }

    /** Decodes all records of a batch's body. */
    static List<LogRecord> decodeAll(ByteBuffer body, ToLongFunction<ReplicaId> floors)
            throws MalformedRecordException {
        List<LogRecord> records = new ArrayList<>();
        while (body.hasRemaining()) {
            records.add(decode(body, floors));
        }
        return records;
    }

    /** The next bytes, which are part of {@code source}. */
    private static ByteBuffer take(ByteBuffer source, int length) throws MalformedRecordException {
        require(length >= 0 && length <= source.remaining(), "a length of " + length);
        ByteBuffer taken = source.slice(source.position(), length);
        source.position(source.position() + length);
        return taken;
    }

    private static byte[] bytes(ByteBuffer source, int length) throws MalformedRecordException {
        ByteBuffer taken = take(source, length);
        byte[] bytes = new byte[length];
        taken.get(bytes);
        return bytes;
    }

    /** Whether a value can be a number that the log writes: they count something, and are far from overflowing. */
    static boolean isNumber(long value) {
        return value >= 0 && value <= NUMBER_MAX;
    }

    private static long number(ByteBuffer source) throws MalformedRecordException {
        long value = source.getLong();
        require(isNumber(value), "the number " + value);
        return value;
    }

    private static void require(boolean condition, String otherwise) throws MalformedRecordException {
        if (!condition) {
            throw new MalformedRecordException(otherwise);
        }
    }

    private static Stamp stamp(ByteBuffer source) throws MalformedRecordException {
        Stamp stamp = new Stamp(new ReplicaId(source.getLong()), number(source), number(source));
        require(stamp.sequence() <= stamp.latest(), "record " + stamp.sequence() + " after number " + stamp.latest());
        return stamp;
    }

    private static LogPosition position(ByteBuffer source) throws MalformedRecordException {
        return new LogPosition(number(source), number(source));
    }

    private static @Nullable HardState hardState(ByteBuffer source) throws MalformedRecordException {
        byte form = source.get();
        if (form == NO_HARD_STATE) {
            return null;
        }
        require(form == NO_VOTE || form == VOTE, "a hard state of unknown form " + form);
        long term = number(source);
        long vote = source.getLong();
        return new HardState(term, form == VOTE ? new ReplicaId(vote) : null, number(source));
    }

    private static OfReplica appended(Stamp stamp, ByteBuffer source, ToLongFunction<ReplicaId> floors)
            throws MalformedRecordException {
        HardState hardState = hardState(source);
        int count = source.getInt();
        long first = number(source);
        if (count == 0) {
            return new Appended(stamp, hardState, 0, 0, List.of());
        }
        require(count > 0 && first > 0, count + " entries from " + first + " on");
        long floor = floors.applyAsLong(stamp.replica());
        List<Entry> entries = new ArrayList<>();
        for (long index = first; index < first + count; index++) {
            long term = number(source);
            EntryType type = type(source.get());
            int length = source.getInt();
            if (index > floor) {
                entries.add(new Entry(index, term, type, Bytes.wrap(bytes(source, length))));
            } else {
                take(source, length);
            }
        }
        return new Appended(stamp, hardState, first, first + count - 1, entries);
    }

    private static List<RosterEntry> roster(ByteBuffer source) throws MalformedRecordException {
        int count = source.getInt();
        require(count >= 0, "a roster of " + count);
        List<RosterEntry> roster = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ReplicaId replica = new ReplicaId(source.getLong());
            long latest = number(source);
            Life life = life(source.get());
            String damage = new String(bytes(source, source.getInt()), StandardCharsets.UTF_8);
            HardState hardState = hardState(source);
            LogPosition base = position(source);
            roster.add(new RosterEntry(replica, latest, life, damage, hardState, base, number(source)));
        }
        return roster;
    }

    private static byte code(Life life) {
        return switch (life) {
            case LIVE -> 0;
            case REMOVED -> 1;
            case DAMAGED -> 2;
        };
    }

    private static Life life(byte code) throws MalformedRecordException {
        return switch (code) {
            case 0 -> Life.LIVE;
            case 1 -> Life.REMOVED;
            case 2 -> Life.DAMAGED;
            default -> throw new MalformedRecordException("a replica in unknown state " + code);
        };
    }

    private static byte code(EntryType type) {
        return switch (type) {
            case NO_OP -> 0;
            case COMMAND -> 1;
            case MEMBERSHIP -> 2;
        };
    }

    private static EntryType type(byte code) throws MalformedRecordException {
        return switch (code) {
            case 0 -> EntryType.NO_OP;
            case 1 -> EntryType.COMMAND;
            case 2 -> EntryType.MEMBERSHIP;
            default -> throw new MalformedRecordException("an entry of unknown type " + code);
        };
    }
}

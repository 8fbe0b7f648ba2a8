package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.shardkv.command.Encoder;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A pinned store snapshot as a stream of rows, cut into chunks: key length (2 bytes), value length (4), key, value;
 * keys without replica and generation. The position is found inside it.
 */
final class GroupSnapshotReader implements SnapshotReader {

    /** Where a chunk begins: at a row, some of whose bytes the chunk before has. */
    private record Mark(Bytes key, int skip) {}

    private final KvSnapshot snapshot;
    private final StoreKeys keys;
    private final BooleanSupplier trusted;
    private final Rows.Applied applied;
    /** One for every chunk whose beginning is known. */
    private final List<Mark> marks = new ArrayList<>();

    private boolean complete;

    /** @param trusted whether what was pinned may still be given to others */
    GroupSnapshotReader(KvSnapshot snapshot, StoreKeys keys, BooleanSupplier trusted) {
        this.trusted = trusted;
        this.snapshot = snapshot;
        this.keys = keys;
        Bytes row = snapshot.get(keys.applied());
        if (row == null) {
            snapshot.close();
            throw new BrokenInvariantException("a snapshot was asked for before anything was applied");
        }
        applied = Rows.Applied.decode(row);
        marks.add(new Mark(keys.generationFrom(), 0));
    }

    @Override
    public LogPosition position() {
        return applied.position();
    }

    @Override
    public Membership membership() {
        return applied.membership();
    }

    @Override
    public @Nullable SnapshotChunk read(long sequence) {
        if (!trusted.getAsBoolean()) {
            throw new IllegalStateException("the state that it shows is not to be trusted");
        }
        if (sequence < 0 || sequence > marks.size()) {
            throw new IllegalArgumentException("chunk " + sequence + " is neither read nor the next");
        }
        if (sequence == marks.size()) {
            if (complete) {
                return null;
            }
            throw new IllegalArgumentException("chunk " + sequence + " is not the next");
        }
        return new SnapshotChunk(sequence, fill((int) sequence));
    }

    @Override
    public void close() {
        snapshot.close();
    }

    private Bytes fill(int sequence) {
        Mark mark = marks.get(sequence);
        Encoder chunk = new Encoder(SnapshotChunk.BYTES_MAX);
        int room = SnapshotChunk.BYTES_MAX;
        int skip = mark.skip();
        try (KvCursor cursor = snapshot.scan(mark.key(), keys.generationTo())) {
            while (cursor.next()) {
                if (room == 0) {
                    begin(sequence + 1, new Mark(cursor.key(), 0));
                    return chunk.finish();
                }
                Bytes record = record(cursor);
                int taken = Math.min(room, record.size() - skip);
                chunk.raw(record.slice(skip, skip + taken));
                room -= taken;
                if (skip + taken < record.size()) {
                    begin(sequence + 1, new Mark(cursor.key(), skip + taken));
                    return chunk.finish();
                }
                skip = 0;
            }
        }
        complete = true;
        return chunk.finish();
    }

    private void begin(int sequence, Mark mark) {
        if (sequence == marks.size()) {
            marks.add(mark);
        }
    }

    private static Bytes record(KvCursor cursor) {
        Bytes key = StoreKeys.relativeOf(cursor.key());
        Bytes value = cursor.value();
        return new Encoder(6 + key.size() + value.size())
                .u16(key.size())
                .u16(value.size() >>> 16)
                .u16(value.size())
                .raw(key)
                .raw(value)
                .finish();
    }
}

package io.ostraka.shardkv.shard;

import io.ostraka.proto.Limits;
import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.shardkv.command.Encoder;
import io.ostraka.shardkv.store.KvStore;
import io.ostraka.shardkv.store.StoreBatch;
import java.util.function.Supplier;

/**
 * Writes an arriving snapshot into the generation that is not live. Until the one batch that switches over, the live
 * state is untouched; a crash leaves rows that the next opening deletes.
 */
final class GroupSnapshotWriter implements SnapshotWriter {

    private static final int RECORD_HEAD_BYTES = 6;
    private static final int KEY_BYTES_MAX = Limits.KEY_BYTES_MAX + 64;
    private static final int ROW_BYTES_MAX = Limits.VALUE_BYTES_MAX_CEILING + (1 << 20);
    private static final long BATCH_BYTES_MAX = 1 << 20;

    private final KvStore store;
    private final StoreKeys staged;
    private final SnapshotHeader header;
    private final Supplier<AppliedState> switchOver;
    private final StoreBatch batch = new StoreBatch();
    private Bytes rest = Bytes.EMPTY;
    private long nextSequence;

    /**
     * Starts with an empty generation.
     *
     * @param switchOver makes the staged generation the live one, durably
     */
    GroupSnapshotWriter(KvStore store, StoreKeys staged, SnapshotHeader header, Supplier<AppliedState> switchOver) {
        this.store = store;
        this.staged = staged;
        this.header = header;
        this.switchOver = switchOver;
        clear();
    }

    @Override
    public void write(SnapshotChunk chunk) {
        if (chunk.sequence() != nextSequence) {
            throw new InvalidSnapshotException("chunk " + chunk.sequence() + " came instead of " + nextSequence);
        }
        nextSequence++;
        Bytes input = rest.isEmpty()
                ? chunk.data()
                : new Encoder(rest.size() + chunk.data().size())
                        .raw(rest)
                        .raw(chunk.data())
                        .finish();
        int position = 0;
        while (input.size() - position >= RECORD_HEAD_BYTES) {
            int keySize = number(input, position, 2);
            int valueSize = number(input, position + 2, 4);
            if (keySize == 0 || keySize > KEY_BYTES_MAX || valueSize < 0 || valueSize > ROW_BYTES_MAX) {
                throw new InvalidSnapshotException("a row of " + keySize + " and " + valueSize + " bytes");
            }
            int keyFrom = position + RECORD_HEAD_BYTES;
            int end = keyFrom + keySize + valueSize;
            if (end > input.size()) {
                break;
            }
            batch.put(staged.absolute(input.slice(keyFrom, keyFrom + keySize)), input.slice(keyFrom + keySize, end));
            position = end;
            if (batch.byteSize() > BATCH_BYTES_MAX) {
                flushBatch();
            }
        }
        rest = input.slice(position, input.size());
    }

    @Override
    public AppliedState commit() {
        if (!rest.isEmpty()) {
            throw new InvalidSnapshotException("the last row is not whole");
        }
        flushBatch();
        Bytes row = store.get(staged.applied());
        if (row == null) {
            throw new InvalidSnapshotException("it holds no position");
        }
        LogPosition position = position(row);
        if (!position.equals(header.position())) {
            throw new InvalidSnapshotException("it is of " + position + ", not of " + header.position());
        }
        return switchOver.get();
    }

    /** What came over the network is no invariant of ours. */
    private static LogPosition position(Bytes row) {
        try {
            return Rows.Applied.decode(row).position();
        } catch (BrokenInvariantException damaged) {
            throw new InvalidSnapshotException(String.valueOf(damaged.getMessage()));
        }
    }

    @Override
    public void abort() {
        clear();
    }

    private void clear() {
        batch.clear();
        batch.deleteRange(staged.generationFrom(), staged.generationTo());
        flushBatch();
    }

    private void flushBatch() {
        store.write(batch);
        batch.clear();
    }

    private static int number(Bytes input, int from, int bytes) {
        int value = 0;
        for (int i = from; i < from + bytes; i++) {
            value = value << 8 | (input.byteAt(i) & 0xFF);
        }
        return value;
    }
}

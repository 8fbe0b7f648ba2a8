package io.ostraka.shardkv.store;

import io.ostraka.raft.core.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A batch as RocksDB keeps it in memory ({@code db/write_batch.cc}: sequence number, count, then each change with its
 * keys and values after their lengths). So a whole batch crosses into native code by one call, and each of its bytes is
 * copied once on the way.
 */
final class BatchImage {

    private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;
    private static final byte DELETION = 0x0;
    private static final byte VALUE = 0x1;
    private static final byte RANGE_DELETION = 0xF;

    private BatchImage() {}

    /** Returns the image of a batch, whose sequence number RocksDB gives when it writes it. */
    static byte[] of(StoreBatch batch) {
        int size = HEADER_BYTES;
        for (StoreBatch.Change change : batch.changes()) {
            size = Math.addExact(size, sizeOf(change));
        }
        ByteBuffer image = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        image.putLong(0).putInt(batch.changes().size());
        for (StoreBatch.Change change : batch.changes()) {
            add(change, image);
        }
        return image.array();
    }

    private static int sizeOf(StoreBatch.Change change) {
        return 1
                + switch (change) {
                    case StoreBatch.Put put -> sizeOf(put.key()) + sizeOf(put.value());
                    case StoreBatch.Delete delete -> sizeOf(delete.key());
                    case StoreBatch.DeleteRange range -> sizeOf(range.from()) + sizeOf(range.to());
                };
    }

    private static int sizeOf(Bytes counted) {
        int bytes = 1;
        for (int rest = counted.size() >>> 7; rest != 0; rest >>>= 7) {
            bytes++;
        }
        return bytes + counted.size();
    }

    private static void add(StoreBatch.Change change, ByteBuffer image) {
        switch (change) {
            case StoreBatch.Put put -> {
                image.put(VALUE);
                add(put.key(), image);
                add(put.value(), image);
            }
            case StoreBatch.Delete delete -> {
                image.put(DELETION);
                add(delete.key(), image);
            }
            case StoreBatch.DeleteRange range -> {
                image.put(RANGE_DELETION);
                add(range.from(), image);
                add(range.to(), image);
            }
        }
    }

    /** Seven bits a byte, the lowest first, all but the last marked. */
    private static void add(Bytes counted, ByteBuffer image) {
        int rest = counted.size();
        while (rest >>> 7 != 0) {
            image.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        image.put((byte) rest);
        counted.copyTo(image);
    }
}

package io.ostraka.raft.testkit.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** A file's bytes as a process sees them, those that are durable, and the writes between the two. */
final class SimulatedFile {

    private static final class Write {
        private final int offset;
        private final byte[] bytes;

        Write(int offset, byte[] bytes) {
            this.offset = offset;
            this.bytes = bytes;
        }
    }

    private final Image seen = new Image();
    private final Image durable = new Image();
    private final List<Write> unsynced = new ArrayList<>();

    static SimulatedFile durable(byte[] contents) {
        SimulatedFile file = new SimulatedFile();
        file.seen.write(0, contents, 0, contents.length);
        file.durable.write(0, contents, 0, contents.length);
        return file;
    }

    void write(int offset, byte[] bytes) {
        seen.write(offset, bytes, 0, bytes.length);
        unsynced.add(new Write(offset, bytes));
    }

    int read(int offset, ByteBuffer target) {
        int count = Math.max(0, Math.min(target.remaining(), seen.size - offset));
        target.put(seen.bytes, Math.min(offset, seen.size), count);
        return count;
    }

    void force() {
        unsynced.forEach(write -> durable.write(write.offset, write.bytes, 0, write.bytes.length));
        unsynced.clear();
    }

    void forgetUnsynced() {
        unsynced.clear();
    }

    /** Keeps of the writes that are not synced none, all, the first few, or sectors at random. */
    void losePower(RandomGenerator random) {
        int mode = random.nextInt(4);
        int prefix = random.nextInt(unsynced.size() + 1);
        for (int i = 0; i < unsynced.size(); i++) {
            Write write = unsynced.get(i);
            int from = 0;
            while (from < write.bytes.length) {
                int sectorEnd = ((write.offset + from) / SimulatedDisk.SECTOR_BYTES + 1) * SimulatedDisk.SECTOR_BYTES;
                int to = Math.min(sectorEnd - write.offset, write.bytes.length);
                boolean kept = switch (mode) {
                    case 0 -> false;
                    case 1 -> true;
                    case 2 -> i < prefix;
                    default -> random.nextBoolean();
                };
                if (kept) {
                    durable.write(write.offset + from, write.bytes, from, to);
                }
                from = to;
            }
        }
        unsynced.clear();
        seen.copy(durable);
    }

    byte[] contents() {
        return Arrays.copyOf(seen.bytes, seen.size);
    }

    int size() {
        return seen.size;
    }

    void flip(int offset, int mask) {
        seen.flip(offset, mask);
        durable.flip(offset, mask);
    }

    void truncate(int size) {
        seen.truncate(size);
        durable.truncate(size);
        unsynced.clear();
    }

    private static final class Image {

        private byte[] bytes = new byte[0];
        private int size;

        void write(int offset, byte[] source, int from, int to) {
            int end = offset + to - from;
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
            }
            System.arraycopy(source, from, bytes, offset, to - from);
            size = Math.max(size, end);
        }

        void copy(Image other) {
            bytes = Arrays.copyOf(other.bytes, other.size);
            size = other.size;
        }

        void flip(int offset, int mask) {
            if (offset < size) {
                bytes[offset] ^= (byte) mask;
            }
        }

        void truncate(int to) {
            size = Math.min(size, to);
            bytes = Arrays.copyOf(bytes, size);
        }
    }
}

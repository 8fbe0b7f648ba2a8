package io.ostraka.raft.testkit.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Changes inputs in the ways that find what decoders forget: lengths, limits, pieces that are missing or twice there.
 */
final class Mutations {

    private static final int BYTES_MAX = 1 << 16;
    private static final long[] LIMITS = {
        0,
        1,
        -1,
        2,
        127,
        128,
        255,
        256,
        Short.MAX_VALUE,
        65_535,
        65_536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 31,
        (1L << 32) - 1,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE - 1,
        Long.MIN_VALUE + 1,
    };

    private final RandomGenerator random;

    Mutations(RandomGenerator random) {
        this.random = random;
    }

    /** Returns a changed copy of one of the inputs. */
    byte[] next(List<byte[]> inputs) {
        byte[] bytes = any(inputs).clone();
        do {
            bytes = change(bytes, inputs);
        } while (random.nextInt(3) > 0);
        return bytes.length > BYTES_MAX ? Arrays.copyOf(bytes, BYTES_MAX) : bytes;
    }

    private byte[] any(List<byte[]> inputs) {
        return inputs.get(random.nextInt(inputs.size()));
    }

    private byte[] change(byte[] bytes, List<byte[]> inputs) {
        if (bytes.length == 0) {
            return randomBytes();
        }
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(12)) {
            case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> bytes[at] = (byte) random.nextInt();
            case 3 -> bytes[at] += (byte) (random.nextInt(9) - 4);
            case 4 -> overwrite(bytes, at);
            case 5 -> {
                return splice(bytes, at, at, randomBytes());
            }
            case 6 -> {
                return splice(bytes, at, at + random.nextInt(Math.min(bytes.length - at, 64) + 1), new byte[0]);
            }
            case 7 -> {
                return splice(bytes, at, at, piece(bytes));
            }
            case 8 -> {
                return splice(bytes, at, at, piece(any(inputs)));
            }
            case 9 -> {
                byte[] piece = piece(any(inputs));
                return splice(bytes, at, Math.min(at + piece.length, bytes.length), piece);
            }
            case 10 -> {
                return splice(bytes, at, Math.min(at + 1, bytes.length), varint());
            }
            default -> {
                return Arrays.copyOf(bytes, at);
            }
        }
        return bytes;
    }

    private long limit() {
        return LIMITS[random.nextInt(LIMITS.length)] + random.nextInt(3) - 1;
    }

    private void overwrite(byte[] bytes, int at) {
        ByteBuffer value = ByteBuffer.allocate(Long.BYTES);
        switch (random.nextInt(3)) {
            case 0 -> value.putShort((short) limit());
            case 1 -> value.putInt((int) limit());
            default -> value.putLong(limit());
        }
        System.arraycopy(value.array(), 0, bytes, at, Math.min(value.position(), bytes.length - at));
    }

    private byte[] varint() {
        ByteBuffer buffer = ByteBuffer.allocate(10);
        long rest = limit();
        while ((rest & ~0x7FL) != 0) {
            buffer.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        return Arrays.copyOf(buffer.put((byte) rest).array(), buffer.position());
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[1 + random.nextInt(1 + random.nextInt(32))];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] piece(byte[] of) {
        int from = random.nextInt(of.length + 1);
        return Arrays.copyOfRange(of, from, from + random.nextInt(Math.min(of.length - from, 1024) + 1));
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] piece) {
        byte[] spliced = Arrays.copyOf(bytes, bytes.length - (to - from) + piece.length);
        System.arraycopy(piece, 0, spliced, from, piece.length);
        System.arraycopy(bytes, to, spliced, from + piece.length, bytes.length - to);
        return spliced;
    }
}

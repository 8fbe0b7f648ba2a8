package io.ostraka.raft.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sequence of bytes, ordered as unsigned bytes.
 *
 * <p>{@link #wrap(byte[])} shares the caller's array, who must not change it afterwards; slices share it too. All
 * instances are safe to use from any thread.
 */
public final class Bytes implements Comparable<Bytes> {

    /** No bytes at all. */
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private static final int SHOWN_BYTES_MAX = 16;

    private final byte[] array;
    private final int offset;
    private final int size;

    private Bytes(byte[] array, int offset, int size) {
        this.array = array;
        this.offset = offset;
        this.size = size;
    }

    /** The whole array, without a copy: the caller gives it away. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
    }

    /**
     * A part of an array, without a copy: the caller gives that part away.
     *
     * @throws IndexOutOfBoundsException if the part is not inside the array
     */
    public static Bytes wrap(byte[] array, int offset, int size) {
        Objects.checkFromIndexSize(offset, size, array.length);
        return size == 0 ? EMPTY : new Bytes(array, offset, size);
    }

    /** A copy of the array. */
    public static Bytes copyOf(byte[] array) {
        return wrap(array.clone());
    }

    /** A copy of what remains in the buffer, whose position stays where it is. */
    public static Bytes copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(buffer.position(), copy);
        return wrap(copy);
    }

    /** The UTF-8 encoding of a text. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** How many bytes there are. */
    public int size() {
        return size;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return size == 0;
    }

    /**
     * The byte at a position counted from 0.
     *
     * @throws IndexOutOfBoundsException if there is no such position
     */
    public byte byteAt(int index) {
        Objects.checkIndex(index, size);
        return array[offset + index];
    }

    /**
     * The bytes from {@code from} (inclusive) to {@code to} (exclusive), sharing memory with these.
     *
     * @throws IndexOutOfBoundsException if the range is not inside
     */
    public Bytes slice(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        return from == to ? EMPTY : new Bytes(array, offset + from, to - from);
    }

    /**
     * Copies all bytes into an array.
     *
     * @throws IndexOutOfBoundsException if they do not fit
     */
    public void copyTo(byte[] target, int targetOffset) {
        System.arraycopy(array, offset, target, targetOffset, size);
    }

    /**
     * Copies all bytes to a buffer and advances its position.
     *
     * @throws java.nio.BufferOverflowException if they do not fit
     */
    public void copyTo(ByteBuffer target) {
        target.put(array, offset, size);
    }

    /** A read-only view, for channels and checksums. */
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(array, offset, size).slice().asReadOnlyBuffer();
    }

    /** A fresh array with these bytes. */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, offset, offset + size);
    }

    /** These bytes read as UTF-8, malformed input replaced. */
    public String toUtf8() {
        return new String(array, offset, size, StandardCharsets.UTF_8);
    }

    /** Whether these bytes begin with all of {@code prefix}. */
    public boolean startsWith(Bytes prefix) {
        return size >= prefix.size
                && Arrays.equals(
                        array, offset, offset + prefix.size, prefix.array, prefix.offset, prefix.offset + prefix.size);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array, offset, offset + size, other.array, other.offset, other.offset + other.size);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes that
                && Arrays.equals(array, offset, offset + size, that.array, that.offset, that.offset + that.size);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + size; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Bytes[").append(size);
        for (int i = 0; i < Math.min(size, SHOWN_BYTES_MAX); i++) {
            text.append(i == 0 ? ": " : " ").append(String.format("%02x", array[offset + i]));
        }
        return text.append(size > SHOWN_BYTES_MAX ? " …]" : "]").toString();
    }
}

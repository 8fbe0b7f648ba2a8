package io.ostraka.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An immutable string of bytes: a key or a value. Ostraka gives bytes no meaning; text is what {@link #utf8} makes of
 * it.
 */
public final class Bytes implements Comparable<Bytes> {

    /** No bytes at all: a legal value, not a legal key. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of these bytes. */
    public static Bytes copyOf(byte[] bytes) {
        return new Bytes(bytes.clone());
    }

    /** These bytes without a copy: the caller promises never to change the array again. */
    public static Bytes wrap(byte[] bytes) {
        return new Bytes(bytes);
    }

    /** The UTF-8 encoding of this text. */
    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(UTF_8));
    }

    /** Number of bytes. */
    public int size() {
        return bytes.length;
    }

    /** Whether there are no bytes. */
    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** A copy as an array. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /** A read-only view without a copy. */
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** The bytes read as UTF-8; what is not UTF-8 is replaced by U+FFFD. */
    public String toUtf8() {
        return new String(bytes, UTF_8);
    }

    /** Compares byte by byte, unsigned. */
    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Text if it is short and printable, else the number of bytes: for messages, never for data. */
    @Override
    public String toString() {
        String text = toUtf8();
        boolean printable = bytes.length <= 64 && text.codePoints().allMatch(c -> c >= ' ' && c != 0x7f && c != 0xfffd);
        return printable ? "\"" + text + "\"" : bytes.length + " bytes";
    }
}

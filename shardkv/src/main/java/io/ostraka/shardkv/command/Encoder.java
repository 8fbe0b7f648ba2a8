package io.ostraka.shardkv.command;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the primitive parts of encoded commands and rows: big-endian numbers, varints, counted bytes. Not thread-safe.
 */
public final class Encoder {

    private byte[] buffer;
    private int size;

    /** Starts empty, with room for {@code bytesExpected}. */
    public Encoder(int bytesExpected) {
        buffer = new byte[Math.max(16, bytesExpected)];
    }

    /** Appends the low 8 bits. */
    public Encoder u8(int value) {
        room(1);
        buffer[size++] = (byte) value;
        return this;
    }

    /** Appends the low 16 bits, big-endian. */
    public Encoder u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    /** Appends 64 bits, big-endian, so that non-negative numbers sort as bytes do. */
    public Encoder u64(long value) {
        room(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** Appends a number in 1 to 10 bytes, small ones in few; the sign costs one bit. */
    public Encoder number(long value) {
        room(10);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            buffer[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
        return this;
    }

    /** Appends a truth value. */
    public Encoder flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** Appends bytes without their length. */
    public Encoder raw(Bytes bytes) {
        room(bytes.size());
        bytes.copyTo(buffer, size);
        size += bytes.size();
        return this;
    }

    /** Appends bytes after their length. */
    public Encoder bytes(Bytes bytes) {
        return number(bytes.size()).raw(bytes);
    }

    /** Appends a group's identity. */
    public Encoder group(GroupId group) {
        return number(group.gid()).number(group.incarnation());
    }

    /** Appends a group's identity, or that there is none. */
    public Encoder optionalGroup(@Nullable GroupId group) {
        return group == null ? flag(false) : flag(true).group(group);
    }

    /** Appends a hand-over's name. */
    public Encoder name(ExportName name) {
        return number(name.shard())
                .number(name.epoch())
                .u64(name.exportId().high())
                .u64(name.exportId().low())
                .group(name.source())
                .group(name.importer());
    }

    /** Appends a digest. */
    public Encoder digest(Digest digest) {
        return u64(digest.high()).u64(digest.low());
    }

    /** Appends a list after its length. */
    public <T> Encoder list(List<T> list, BiConsumer<Encoder, T> element) {
        number(list.size());
        for (T each : list) {
            element.accept(this, each);
        }
        return this;
    }

    /** Returns what was written; the encoder is not used afterwards. */
    public Bytes finish() {
        return Bytes.wrap(size == buffer.length ? buffer : Arrays.copyOf(buffer, size));
    }

    private void room(int more) {
        if (buffer.length - size < more) {
            buffer = Arrays.copyOf(buffer, Math.max(Math.addExact(size, more), buffer.length * 2));
        }
    }
}

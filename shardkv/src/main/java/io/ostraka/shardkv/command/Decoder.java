package io.ostraka.shardkv.command;

import io.ostraka.proto.config.GroupStanding;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an {@link Encoder} wrote, from bytes that may be anything: it never reads past the end, never allocates
 * more than a small multiple of the input, and throws nothing but {@link MalformedCommandException}. Not thread-safe.
 */
public final class Decoder {

    private final Bytes source;
    private int position;

    /** Starts at the first byte of {@code source}. */
    public Decoder(Bytes source) {
        this.source = source;
    }

    /** Reads 8 bits, 0 to 255. */
    public int u8() throws MalformedCommandException {
        need(1);
        return source.byteAt(position++) & 0xFF;
    }

    /** Reads 16 bits, 0 to 65,535. */
    public int u16() throws MalformedCommandException {
        return u8() << 8 | u8();
    }

    /** Reads 64 bits. */
    public long u64() throws MalformedCommandException {
        need(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (source.byteAt(position++) & 0xFF);
        }
        return value;
    }

    /** Reads what {@link Encoder#number} wrote. */
    public long number() throws MalformedCommandException {
        long rest = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int part = u8();
            rest |= (long) (part & 0x7F) << shift;
            if (part < 0x80) {
                return (rest >>> 1) ^ -(rest & 1);
            }
        }
        throw new MalformedCommandException("a number does not end");
    }

    /** Reads a number from 0 to {@code max}. */
    public int number(int max) throws MalformedCommandException {
        long value = number();
        if (value < 0 || value > max) {
            throw new MalformedCommandException("number " + value + " out of range 0 to " + max);
        }
        return (int) value;
    }

    /** Reads a truth value. */
    public boolean flag() throws MalformedCommandException {
        int value = u8();
        if (value > 1) {
            throw new MalformedCommandException("not a truth value: " + value);
        }
        return value == 1;
    }

    /** Reads what {@link Encoder#bytes} wrote; shares memory with the source. */
    public Bytes bytes() throws MalformedCommandException {
        return raw(number(remaining()));
    }

    /** Reads exactly {@code length} bytes; shares memory with the source. */
    public Bytes raw(int length) throws MalformedCommandException {
        if (length < 0) {
            throw new MalformedCommandException("a length below zero");
        }
        need(length);
        Bytes slice = source.slice(position, position + length);
        position += length;
        return slice;
    }

    /** Reads a group's identity. */
    public GroupId group() throws MalformedCommandException {
        long gid = number();
        long incarnation = number();
        if (gid < 0 || incarnation < 0) {
            throw new MalformedCommandException("no group: " + gid + " of incarnation " + incarnation);
        }
        return new GroupId(gid, incarnation);
    }

    /** Reads a group's identity, or that there is none. */
    public @Nullable GroupId optionalGroup() throws MalformedCommandException {
        return flag() ? group() : null;
    }

    /** Reads the code of a group's standing. */
    public GroupStanding standing() throws MalformedCommandException {
        try {
            return GroupStanding.ofCode(u8());
        } catch (IllegalArgumentException e) {
            throw new MalformedCommandException(String.valueOf(e.getMessage()));
        }
    }

    /** Reads the code of how far a shard is that lost a group. */
    public ShardRecovery recovery() throws MalformedCommandException {
        try {
            return ShardRecovery.ofCode(u8());
        } catch (IllegalArgumentException e) {
            throw new MalformedCommandException(String.valueOf(e.getMessage()));
        }
    }

    /** Reads a hand-over's name. */
    public ExportName name() throws MalformedCommandException {
        int shard = number(Integer.MAX_VALUE);
        long epoch = number();
        ExportId id = new ExportId(u64(), u64());
        return new ExportName(shard, epoch, id, group(), group());
    }

    /** Reads a digest. */
    public Digest digest() throws MalformedCommandException {
        return new Digest(u64(), u64());
    }

    /** Reads one element of a list. */
    @FunctionalInterface
    public interface Element<T> {

        /** Reads it. */
        T read(Decoder decoder) throws MalformedCommandException;
    }

    /** Reads a list; an element takes at least one byte, so its length is bounded by what is left. */
    public <T> List<T> list(Element<T> element) throws MalformedCommandException {
        int length = number(remaining());
        List<T> list = new ArrayList<>(Math.min(length, 1024));
        for (int i = 0; i < length; i++) {
            list.add(element.read(this));
        }
        return list;
    }

    /** Returns how many bytes are left. */
    public int remaining() {
        return source.size() - position;
    }

    /** Checks that nothing is left. */
    public void end() throws MalformedCommandException {
        if (remaining() != 0) {
            throw new MalformedCommandException(remaining() + " bytes too many");
        }
    }

    private void need(int bytes) throws MalformedCommandException {
        if (bytes > remaining()) {
            throw new MalformedCommandException("ends " + (bytes - remaining()) + " bytes too early");
        }
    }
}

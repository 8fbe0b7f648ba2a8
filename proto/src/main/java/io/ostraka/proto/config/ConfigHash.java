package io.ostraka.proto.config;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A link of the chain over all changes of the configuration: each hash is the SHA-256 of the one before and of the
 * change, so two who hold the same hash hold the same configuration and came there the same way.
 */
public final class ConfigHash {

    /** Length of a hash in bytes. */
    public static final int SIZE = 32;

    /** Of a configuration that stands outside the chain, such as an old map. */
    public static final ConfigHash NONE = new ConfigHash(new byte[SIZE]);

    private final byte[] bytes;

    private ConfigHash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A hash from its bytes, which are copied; throws {@link IllegalArgumentException} unless there are {@link #SIZE}.
     */
    public static ConfigHash copyOf(byte[] bytes) {
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("a configuration hash has " + SIZE + " bytes, not " + bytes.length);
        }
        return new ConfigHash(bytes.clone());
    }

    /** The start of the chain of a cluster. */
    static ConfigHash genesis(long clusterId, int shards) {
        Digest digest = new Digest();
        digest.put(clusterId);
        digest.put(shards);
        return digest.finish();
    }

    /** The start of a new chain, of a cluster whose controllers were restored from what this hash stands for. */
    ConfigHash restored(long num, long revision) {
        Digest digest = new Digest();
        digest.put(bytes);
        digest.put(num);
        digest.put(revision);
        return digest.finish();
    }

    /** The bytes, copied. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConfigHash that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** In hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }

    /** Collects fields of fixed width; texts and lists go in with their length first, so no two contents meet. */
    static final class Digest {

        private final MessageDigest sha256;
        private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

        Digest() {
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }

        void put(long value) {
            sha256.update(number.clear().putLong(value).flip());
        }

        void put(byte[] value) {
            put(value.length);
            sha256.update(value);
        }

        void put(boolean value) {
            put(value ? 1L : 0L);
        }

        ConfigHash finish() {
            return new ConfigHash(sha256.digest());
        }
    }
}

package io.ostraka.proto;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;

/**
 * The rule that says which shard a key belongs to (DESIGN section 4): murmur3_32 with seed 0 over the routing key, read
 * as unsigned, modulo the number of shards. Clients, nodes and tools of any language must agree on it to the bit, since
 * a change would lose sight of every key that is stored.
 *
 * <p>The routing key is the part between the first <code>{</code> and the next <code>}</code>, if that is not empty (a
 * hash tag), else the whole key. Keys with one tag share a shard and can be changed atomically.
 */
public final class ShardHash {

    private static final HashFunction MURMUR3 = Hashing.murmur3_32_fixed(0);

    private ShardHash() {}

    /**
     * The shard of {@code key}.
     *
     * @param shards the number of shards of the cluster, 1 to {@link Limits#SHARDS_MAX}
     * @throws IllegalArgumentException if {@code shards} is out of range
     */
    public static int shardOf(byte[] key, int shards) {
        return shardOf(ByteString.copyFrom(key), shards);
    }

    /**
     * The shard of the key that is the buffer's remaining bytes, which are neither copied nor consumed.
     *
     * @param shards the number of shards of the cluster, 1 to {@link Limits#SHARDS_MAX}
     * @throws IllegalArgumentException if {@code shards} is out of range
     */
    public static int shardOf(ByteBuffer key, int shards) {
        return shardOf(UnsafeByteOperations.unsafeWrap(key), shards);
    }

    /**
     * The shard of {@code key}.
     *
     * @param shards the number of shards of the cluster, 1 to {@link Limits#SHARDS_MAX}
     * @throws IllegalArgumentException if {@code shards} is out of range
     */
    public static int shardOf(ByteString key, int shards) {
        if (shards < 1 || shards > Limits.SHARDS_MAX) {
            throw new IllegalArgumentException("shards is " + shards + ", must be 1 to " + Limits.SHARDS_MAX);
        }
        int hash = MURMUR3.hashBytes(routingKey(key).asReadOnlyByteBuffer()).asInt();
        return Integer.remainderUnsigned(hash, shards);
    }

    /** The part of {@code key} that decides its shard: its hash tag if it has one, else all of it. */
    public static ByteString routingKey(ByteString key) {
        int open = indexOf(key, '{', 0);
        if (open < 0) {
            return key;
        }
        int close = indexOf(key, '}', open + 1);
        return close <= open + 1 ? key : key.substring(open + 1, close);
    }

    private static int indexOf(ByteString bytes, char wanted, int from) {
        for (int i = from; i < bytes.size(); i++) {
            if (bytes.byteAt(i) == (byte) wanted) {
                return i;
            }
        }
        return -1;
    }
}

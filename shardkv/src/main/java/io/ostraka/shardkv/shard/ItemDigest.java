package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ShardItem;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Hashes items for a {@link Digest}: the first 128 bits of SHA-256 over key length, key, revision, content. One thread.
 */
final class ItemDigest {

    private final MessageDigest sha256;
    private final ByteBuffer number = ByteBuffer.allocate(12);

    ItemDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    Digest of(ShardItem item) {
        return of(item.key(), item.revision(), item.content());
    }

    /** Of a row as it stands in the store. */
    Digest ofRow(Bytes key, Bytes value) {
        return of(key, 0, value);
    }

    private Digest of(Bytes key, long revision, Bytes content) {
        sha256.reset();
        number.clear();
        number.putInt(key.size()).putLong(revision).flip();
        sha256.update(number);
        sha256.update(key.asByteBuffer());
        sha256.update(content.asByteBuffer());
        ByteBuffer hash = ByteBuffer.wrap(sha256.digest());
        return new Digest(hash.getLong(), hash.getLong());
    }
}

package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The digest over the beginning of a frozen shard, computed piece by piece, so that nobody waits for a large one. Used
 * by one thread at a time.
 */
public final class FrozenDigest {

    private final ExportName name;
    private final Bytes lastKey;
    private final Function<ExportName, @Nullable FrozenCopy> copies;
    private Bytes reached = Bytes.EMPTY;
    private @Nullable Digest digest = Digest.EMPTY;
    private boolean done;

    /** @param copies gives the copy if the shard is frozen for exactly that hand-over now */
    FrozenDigest(ExportName name, Bytes lastKey, Function<ExportName, @Nullable FrozenCopy> copies) {
        this.name = name;
        this.lastKey = lastKey;
        this.copies = copies;
        this.done = lastKey.isEmpty();
    }

    /** Reads on, about {@code bytesMax} and at least one item; true once there is nothing left to do. */
    public boolean step(long bytesMax) {
        Digest before = digest;
        if (done || before == null) {
            return true;
        }
        FrozenCopy copy = copies.apply(name);
        FrozenCopy.DigestPart part = copy == null ? null : copy.digest(reached, lastKey, bytesMax);
        if (part == null || copies.apply(name) == null) {
            digest = null;
            return true;
        }
        digest = before.plus(part.digest());
        reached = part.lastKey();
        done = part.last();
        return done;
    }

    /** The digest, once {@link #step} has returned true; null if the shard is not frozen for this hand-over. */
    public @Nullable Digest digest() {
        return copies.apply(name) == null ? null : digest;
    }
}

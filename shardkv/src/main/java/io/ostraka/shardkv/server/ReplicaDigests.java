package io.ostraka.shardkv.server;

import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.migration.DigestAnswer;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.ShardScan;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The latest digest of one replica's store, under way or computed. A new one replaces it. Thread-safe. */
final class ReplicaDigests {

    private record Latest(ShardScan scan, @Nullable Digest digest) {}

    private final BackgroundScans scans;
    private final AtomicReference<@Nullable Latest> latest = new AtomicReference<>();

    ReplicaDigests(BackgroundScans scans) {
        this.scans = scans;
    }

    /** Begins a digest; the scan is closed in any case. */
    void begin(ShardScan scan) {
        if (!scans.computesDigests()) {
            scan.close();
            return;
        }
        Latest begun = new Latest(scan, null);
        replace(begun);
        scans.digest(scan, () -> isLatest(scan), done -> latest.compareAndSet(begun, new Latest(done, done.digest())));
    }

    private boolean isLatest(ShardScan scan) {
        Latest known = latest.get();
        return known != null && known.scan() == scan;
    }

    /** Ends what is under way: the replica is no longer here. */
    void end() {
        replace(null);
    }

    private void replace(@Nullable Latest next) {
        Latest former = latest.getAndSet(next);
        if (former != null) {
            scans.drop(former.scan());
        }
    }

    /** What this replica, whose state is as in {@code view}, says about the digest at an entry. */
    DigestAnswer answer(long index, GroupView view) {
        if (view.quarantine() != null) {
            return new DigestAnswer.Quarantined();
        }
        Latest known = latest.get();
        if (known != null && known.scan().index() == index) {
            Digest digest = known.digest();
            return digest == null ? new DigestAnswer.Pending() : new DigestAnswer.Computed(digest);
        }
        return view.applied().index() < index ? new DigestAnswer.Pending() : new DigestAnswer.Gone();
    }
}

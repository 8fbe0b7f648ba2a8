package io.ostraka.server.process;

import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.ReadMode;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.server.config.ProcessOptions;
import io.ostraka.shardkv.server.NodeOptions;
import io.ostraka.shardkv.store.StoreOptions;

/** Turns the options of a process into those of its parts. */
final class Tuning {

    private static final int HEARTBEATS_UNTIL_QUIET = 20;
    private static final int NETWORK_THREADS_MAX = 4;

    private Tuning() {}

    /**
     * Half the cores, for the state machines and the disk want theirs; one on a small machine, a few on a large one.
     */
    static int networkThreads() {
        return Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, NETWORK_THREADS_MAX);
    }

    static LogOptions log(ProcessOptions options) {
        return LogOptions.DEFAULT.withSegmentBytes(options.logSegmentBytes());
    }

    static HostOptions host(ProcessOptions options, long randomSeed) {
        HostOptions defaults = HostOptions.defaults(raft(options), randomSeed);
        return new HostOptions(
                defaults.raft(),
                defaults.tickNanos(),
                defaults.queuedBytesMax(),
                options.unflushedLogBytesMax(),
                defaults.retainedBytesMax(),
                defaults.transferRetainedBytesMax(),
                defaults.slowWriteNanos(),
                defaults.diskRecoveryNanos(),
                defaults.randomSeed());
    }

    private static RaftConfig raft(ProcessOptions options) {
        long electionMillis = options.electionTimeout().toMillis();
        return RaftConfig.defaults()
                .withTimings(options.heartbeat().toMillis(), electionMillis, 2 * electionMillis)
                .withReadMode(options.leaseReads() ? ReadMode.LEASE : ReadMode.READ_INDEX)
                .withQuietAfterNanos(
                        HEARTBEATS_UNTIL_QUIET * options.heartbeat().toNanos());
    }

    static StoreOptions store(ProcessOptions options) {
        StoreOptions defaults = StoreOptions.defaults();
        return new StoreOptions(
                options.storeCacheBytes(),
                defaults.writeBufferBytes(),
                defaults.openFilesMax(),
                defaults.backgroundBytesPerSecond());
    }

    static NodeOptions node(ProcessOptions options) {
        NodeOptions defaults = NodeOptions.defaults();
        String version = Tuning.class.getPackage().getImplementationVersion();
        return new NodeOptions(
                options.valueBytesMax(),
                defaults.proposalBytesMax(),
                defaults.readsWaitingMax(),
                defaults.parkedMax(),
                defaults.parkMillisMax(),
                defaults.streamPendingBytesMax(),
                defaults.readThreads(),
                options.digestBytesPerSecond(),
                options.digestInterval().toMillis(),
                version == null ? defaults.version() : version);
    }
}

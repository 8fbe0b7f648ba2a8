package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.MemoryKvStore;
import io.ostraka.shardkv.store.StoreBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One of several replicas of a group: applies what the group's log says, and keeps what digests it begins. */
final class ReplicaFixture {

    private final GroupOptions options;
    private final List<ShardScan> scans = new ArrayList<>();
    private final List<KvResult> results = new ArrayList<>();
    private MemoryKvStore store = new MemoryKvStore();
    private GroupStateMachine machine;

    ReplicaFixture(GroupId group, Membership members, long replica) {
        this(group, members, replica, ApplyLimits.DEFAULT);
    }

    ReplicaFixture(GroupId group, Membership members, long replica, ApplyLimits limits) {
        options = new GroupOptions(
                group, new ReplicaId(replica), members, GroupFixture.SHARDS, SessionOptions.DEFAULT, limits);
        machine = open();
    }

    private GroupStateMachine open() {
        return GroupStateMachine.open(options, store, new GroupListener() {
            @Override
            public void leadershipChanged(LeadershipEvent event) {}

            @Override
            public void applied(GroupView view) {}

            @Override
            public void digestBegun(ShardScan scan) {
                scans.add(scan);
            }
        });
    }

    GroupStateMachine machine() {
        return machine;
    }

    MemoryKvStore store() {
        return store;
    }

    /** The answers to what was applied since the last call. */
    List<KvResult> takeResults() {
        List<KvResult> taken = List.copyOf(results);
        results.clear();
        return taken;
    }

    /** Applies what it has not applied, as one batch. */
    void follow(List<Entry> log) {
        long applied = machine.view().applied().index();
        machine.apply(
                log.stream().filter(entry -> entry.index() > applied).toList(), (index, result) -> results.add(result));
    }

    /** Applies what it has not applied, in batches of one. */
    void followSlowly(List<Entry> log) {
        log.forEach(entry -> follow(List.of(entry)));
    }

    /** Loses what was not flushed. */
    void crash() {
        store = store.crash(0);
        machine = open();
    }

    /** Takes the whole state of another replica. */
    void install(ReplicaFixture from) {
        install(from.machine.openSnapshot());
    }

    void install(SnapshotReader reader) {
        SnapshotWriter writer = machine.beginInstall(new SnapshotHeader(reader.position(), reader.membership()));
        @Nullable SnapshotChunk chunk = reader.read(0);
        for (long next = 1; chunk != null; next++) {
            writer.write(chunk);
            chunk = reader.read(next);
        }
        writer.commit();
    }

    /** The digest that was begun last, computed in pieces of at least so many bytes. */
    Digest digest(long pieceBytes) {
        ShardScan scan = scans.getLast();
        while (!scan.isDone()) {
            scan.step(pieceBytes);
        }
        return scan.digest();
    }

    Digest digest() {
        return digest(1 << 20);
    }

    ShardScan scan() {
        return scans.getLast();
    }

    /** The rows of a shard in the store, by key. */
    Map<Bytes, Bytes> rows(int shard) {
        StoreKeys keys = keys();
        Map<Bytes, Bytes> rows = new TreeMap<>();
        rows.put(keys.shard(shard), row(keys.shard(shard)));
        rows.put(keys.configShard(shard), row(keys.configShard(shard)));
        try (KvCursor cursor = store.scan(keys.shardFrom(shard), keys.shardTo(shard))) {
            while (cursor.next()) {
                rows.put(cursor.key(), cursor.value());
            }
        }
        return rows;
    }

    private Bytes row(Bytes key) {
        Bytes row = store.get(key);
        return row == null ? Bytes.EMPTY : row;
    }

    /** Changes the last byte of a row behind the code's back; of an empty row, the row becomes longer. */
    void corrupt(Bytes storeKey) {
        byte[] row = row(storeKey).toByteArray();
        if (row.length == 0) {
            row = new byte[1];
        } else {
            row[row.length - 1] ^= 1;
        }
        store.write(new StoreBatch().put(storeKey, Bytes.wrap(row)));
    }

    /** Changes the value of a key behind the code's back. */
    void corrupt(int shard, Bytes key) {
        corrupt(keys().item(shard, StoreKeys.dataItem(key)));
    }

    private StoreKeys keys() {
        return new StoreKeys(options.replica(), machine.view().generation());
    }
}

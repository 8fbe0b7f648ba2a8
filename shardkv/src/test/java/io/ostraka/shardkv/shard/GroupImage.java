package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.MemoryKvStore;
import io.ostraka.shardkv.store.StoreBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a group's log has come to, apart from how long that log is: the rows in the store of a replica, at a position
 * that is always the same. Two logs that lead to equal images lead to equal behaviour. For searches that keep many
 * states and run each command once on each. Immutable.
 */
public final class GroupImage {

    private static final int SHARDS = 1;

    private final GroupOptions options;
    private final SortedMap<Bytes, Bytes> rows;
    private final GroupView view;
    private final int hash;

    private GroupImage(GroupOptions options, MemoryKvStore store, GroupView view) {
        this.options = options;
        this.rows = canonical(options, store, view);
        this.view = view;
        this.hash = 31 * options.group().hashCode() + rows.hashCode();
    }

    /** A group of one shard that knows nothing. */
    public static GroupImage empty(GroupId group, SessionOptions sessions) {
        ReplicaId replica = new ReplicaId(group.gid() * 100 + group.incarnation());
        GroupOptions options =
                new GroupOptions(group, replica, Membership.of(replica), SHARDS, sessions, ApplyLimits.DEFAULT);
        MemoryKvStore store = new MemoryKvStore();
        GroupStateMachine machine = GroupStateMachine.open(options, store, GroupListener.NONE);
        machine.apply(List.of(new Entry(1, 1, EntryType.NO_OP, Bytes.EMPTY)), (index, result) -> {});
        return new GroupImage(options, store, machine.view());
    }

    /**
     * What an entry does.
     *
     * @param image the group after it
     * @param result what it is answered
     */
    public record Applied(GroupImage image, KvResult result) {}

    /** Applies an encoded command. */
    public Applied apply(Bytes payload) {
        MemoryKvStore store = store();
        GroupStateMachine machine = GroupStateMachine.open(options, store, GroupListener.NONE);
        List<KvResult> results = new ArrayList<>();
        machine.apply(
                List.of(new Entry(machine.view().applied().index() + 1, 1, EntryType.COMMAND, payload)),
                (index, result) -> results.add(result));
        return new Applied(new GroupImage(options, store, machine.view()), results.getFirst());
    }

    /** The group. */
    public GroupId group() {
        return options.group();
    }

    /** What others of the node see of it. */
    public GroupView view() {
        return view;
    }

    /** The value of a key, or why there is none. */
    public KvRead read(Bytes key) {
        return machine().read(0, key);
    }

    /** All items of the shard, whoever holds it. */
    public List<ShardItem> items() {
        StoreKeys keys = new StoreKeys(options.replica(), view.generation());
        return new FrozenCopy(store(), keys, 0).chunk(Bytes.EMPTY).items();
    }

    /** As {@link GroupStateMachine#readFrozen}. */
    public @Nullable FrozenChunk readFrozen(ExportName name, Bytes afterKey) {
        return machine().readFrozen(name, afterKey);
    }

    /** As {@link GroupStateMachine#digestFrozen}, to its end. */
    public @Nullable Digest digestFrozen(ExportName name, Bytes lastKey) {
        FrozenDigest digest = machine().digestFrozen(name, lastKey);
        boolean done = false;
        while (!done) {
            done = digest.step(Long.MAX_VALUE);
        }
        return digest.digest();
    }

    private GroupStateMachine machine() {
        return GroupStateMachine.open(options, store(), GroupListener.NONE);
    }

    private MemoryKvStore store() {
        MemoryKvStore store = new MemoryKvStore();
        StoreBatch batch = new StoreBatch();
        rows.forEach(batch::put);
        store.write(batch);
        return store;
    }

    private static SortedMap<Bytes, Bytes> canonical(GroupOptions options, MemoryKvStore store, GroupView view) {
        SortedMap<Bytes, Bytes> rows = new TreeMap<>();
        try (KvCursor cursor =
                store.scan(StoreKeys.replicaFrom(options.replica()), StoreKeys.replicaTo(options.replica()))) {
            while (cursor.next()) {
                rows.put(cursor.key(), cursor.value());
            }
        }
        Rows.Applied applied = new Rows.Applied(new LogPosition(1, 1), view.logTimeMillis(), view.membership());
        rows.put(new StoreKeys(options.replica(), view.generation()).applied(), applied.encode());
        return rows;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GroupImage that
                && hash == that.hash
                && options.replica().equals(that.options.replica())
                && rows.equals(that.rows);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return options.group() + " " + view.shard(0).state();
    }
}

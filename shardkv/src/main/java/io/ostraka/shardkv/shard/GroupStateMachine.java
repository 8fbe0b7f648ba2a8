package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.ResultSink;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.MalformedCommandException;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.KvStore;
import io.ostraka.shardkv.store.StoreBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state of a key-value group on one node: shards, their tokens, sessions and data, in the node's store.
 *
 * <p>One call of {@link #apply} is one batch to the store in the usual case, more if it is large; each names the
 * position that it leads to. What was applied is visible in {@link #view} when {@code apply} returns, and before its
 * results are given out. That a shard is no longer served is published before anything of it is deleted, so a read that
 * finds the shard served at the same epoch before and after it took the value has seen the value of a shard that was
 * served.
 *
 * <p>A state that is not to be trusted shows and gives nothing any more, from the entry on that told it, over restarts,
 * until a snapshot has replaced it ({@link QuarantineMark}).
 *
 * <p>{@link #view}, {@link #read}, {@link #readFrozen}, {@link #digestFrozen}, {@link #quarantinedAt}, {@link #durable}
 * and {@link #flush} may be called by any thread; everything else by the apply thread only.
 */
public final class GroupStateMachine implements StateMachine<KvResult> {

    private static final int FIRST_GENERATION = 1;

    /** An answer that waits for its batch to be stored. */
    private record Answer(long index, KvResult result) {}

    private final GroupOptions options;
    private final KvStore store;
    private final GroupListener listener;
    private final AtomicReference<AppliedState> durable;
    private final List<Answer> answers = new ArrayList<>();
    private volatile AppliedState written;
    private volatile GroupView view;
    private GroupState state;
    private WriteApplier writes;
    private HandOverApplier steps;

    private GroupStateMachine(GroupOptions options, KvStore store, GroupListener listener) {
        this.options = options;
        this.store = store;
        this.listener = listener;
        Bytes pointer = store.get(StoreKeys.pointer(options.replica()));
        int generation = pointer == null ? FIRST_GENERATION : pointer.byteAt(0);
        this.view = GroupView.empty(options.group(), options.shards(), generation);
        this.state = new GroupState(options, store, generation, this::publishNotServed);
        KeyWriter keyWriter = new KeyWriter(state.keys(), state.pending(), options.limits());
        this.steps = new HandOverApplier(state, keyWriter);
        this.writes = new WriteApplier(state, keyWriter);
        this.written = new AppliedState(state.position(), state.membership());
        this.durable = new AtomicReference<>(written);
        dropStaged();
        publish();
    }

    /**
     * Opens the replica's state as the store has it; an unknown replica's is empty.
     *
     * @throws BrokenInvariantException if the store holds what no version of this code wrote
     */
    public static GroupStateMachine open(GroupOptions options, KvStore store, GroupListener listener) {
        return new GroupStateMachine(options, store, listener);
    }

    /** Deletes everything of a replica that this node no longer has, by one range deletion. */
    public static void erase(KvStore store, ReplicaId replica) {
        store.write(new StoreBatch().deleteRange(StoreKeys.replicaFrom(replica), StoreKeys.replicaTo(replica)));
    }

    /** The state as of the last apply. */
    public GroupView view() {
        return view;
    }

    /**
     * Reads a key as of the last apply or later. A linearizable read calls this after its read index was applied; term
     * and lease are checked again by the caller, shard state and epoch here.
     */
    public KvRead read(int shard, Bytes key) {
        GroupView before = view;
        if (shard < 0 || shard >= before.shards()) {
            return new KvRead.NotServing();
        }
        long epoch = before.shard(shard).state().servingEpoch();
        if (epoch < 0) {
            return new KvRead.NotServing();
        }
        StoreKeys keys = new StoreKeys(options.replica(), before.generation());
        Bytes row = store.get(keys.item(shard, StoreKeys.dataItem(key)));
        GroupView after = view;
        if (after.generation() != before.generation()
                || after.shard(shard).state().servingEpoch() != epoch) {
            return new KvRead.NotServing();
        }
        if (row == null) {
            return new KvRead.Missing();
        }
        DataRow data = Rows.data(row);
        return data.isVisibleAt(before.shardTimeMillis(shard))
                ? new KvRead.Found(data.value(), data.revision())
                : new KvRead.Missing();
    }

    /** Reads items of a shard that is frozen for exactly this hand-over, after a key; null if it is not. */
    public @Nullable FrozenChunk readFrozen(ExportName name, Bytes afterKey) {
        FrozenCopy copy = frozenCopy(name);
        FrozenChunk chunk = copy == null ? null : copy.chunk(afterKey);
        return frozenCopy(name) == null ? null : chunk;
    }

    /** Digests the items up to {@code lastKey} of a shard that is frozen for exactly this. */
    public FrozenDigest digestFrozen(ExportName name, Bytes lastKey) {
        return new FrozenDigest(name, lastKey, this::frozenCopy);
    }

    /** Roughly how many bytes the replica takes in the store. */
    public long approximateBytes() {
        return store.approximateSize(StoreKeys.replicaFrom(options.replica()), StoreKeys.replicaTo(options.replica()));
    }

    @Override
    public AppliedState durable() {
        return durable.get();
    }

    @Override
    public void apply(List<Entry> entries, ResultSink<KvResult> results) {
        for (Entry entry : entries) {
            state.advance(entry.position());
            KvResult result = switch (entry.type()) {
                case COMMAND -> applyCommand(entry.payload());
                // No change of membership is proposed by this version.
                case NO_OP, MEMBERSHIP -> null;
            };
            if (result != null) {
                answers.add(new Answer(entry.index(), result));
            }
            if (state.quarantine() != null) {
                break;
            }
            if (result instanceof KvResult.DigestBegun begun) {
                beginDigest(begun, results);
            } else if (state.pending().bytes() > options.limits().batchBytesMax()) {
                store(results);
            }
        }
        if (!entries.isEmpty()) {
            store(results);
            listener.applied(view);
        }
    }

    @Override
    public @Nullable LogPosition quarantinedAt() {
        QuarantineMark mark = view.quarantine();
        return mark == null ? null : mark.at();
    }

    @Override
    public void leaderChanged(LeadershipEvent event) {
        listener.leadershipChanged(event);
    }

    @Override
    public SnapshotReader openSnapshot() {
        GroupView at = view;
        if (at.quarantine() != null) {
            throw new BrokenInvariantException("a snapshot was asked for of a state that is not to be trusted");
        }
        // What a state that is found out by now had pinned before is no better than the state.
        return new GroupSnapshotReader(
                store.snapshot(),
                state.keys(),
                () -> view.quarantine() == null && view.generation() == at.generation());
    }

    @Override
    public SnapshotWriter beginInstall(SnapshotHeader header) {
        return new GroupSnapshotWriter(store, state.keys().other(), header, this::switchOver);
    }

    @Override
    public AppliedState flush() {
        AppliedState covered = written;
        store.flush();
        return durable.accumulateAndGet(covered, GroupStateMachine::later);
    }

    @Override
    public void close() {
        // The store belongs to the node.
    }

    private KvResult applyCommand(Bytes payload) {
        StampedCommand stamped;
        try {
            stamped = CommandCodec.decode(payload);
        } catch (MalformedCommandException malformed) {
            return new KvResult.Malformed(malformed.reason());
        }
        state.stamp(stamped.logTimeMillis());
        return switch (stamped.command()) {
            case Command.WriteBatch batch -> writes.apply(batch);
            case Command.ConfigUpdate update -> steps.configure(update);
            case Command.Tick ignored -> KvResult.Heeded.INSTANCE;
            case Command.CreateShard create -> steps.create(create.shard());
            case Command.RecoverShard recover -> steps.recover(recover);
            case Command.PurgeExpired purge -> steps.purge(purge);
            case Command.HandOverStep step -> steps.step(step);
            case Command.TakeDigest take -> beginDigest(take.shard());
            case Command.Quarantine quarantine -> quarantine(quarantine);
        };
    }

    private KvResult beginDigest(int shard) {
        if (!state.hasShard(shard)) {
            return new KvResult.Ignored(StepRefusal.NO_SUCH_SHARD);
        }
        return new KvResult.DigestBegun(shard, state.position().index());
    }

    private KvResult quarantine(Command.Quarantine quarantine) {
        if (quarantine.replica().equals(options.replica())) {
            state.distrust(quarantine.shard(), quarantine.digestIndex());
        }
        return KvResult.Heeded.INSTANCE;
    }

    /** Whoever sees that the entry is applied must find the digest begun. */
    private void beginDigest(KvResult.DigestBegun begun, ResultSink<KvResult> results) {
        write();
        listener.digestBegun(new ShardScan(store.snapshot(), state.keys(), begun.shard(), begun.index()));
        answer(results);
    }

    private void store(ResultSink<KvResult> results) {
        write();
        answer(results);
    }

    private void write() {
        state.write();
        written = new AppliedState(state.position(), state.membership());
    }

    private void answer(ResultSink<KvResult> results) {
        publish();
        for (Answer answer : answers) {
            results.result(answer.index(), answer.result());
        }
        answers.clear();
    }

    private void publish() {
        GroupView.Head head =
                new GroupView.Head(state.position(), state.membership(), state.logTimeMillis(), state.config());
        QuarantineMark mark = state.quarantine();
        view = mark == null
                ? view.with(head, state.takeChangedViews())
                : GroupView.quarantined(
                        options.group(), options.shards(), state.keys().generation(), head, mark);
    }

    private void publishNotServed(List<ShardView> notServed) {
        if (!notServed.isEmpty()) {
            view = view.with(notServed);
        }
    }

    /** Makes the staged generation the live one by one batch, which also deletes the former. */
    private AppliedState switchOver() {
        StoreKeys former = state.keys();
        StoreKeys staged = former.other();
        GroupState arrived;
        try {
            arrived = new GroupState(options, store, staged.generation(), this::publishNotServed);
        } catch (BrokenInvariantException damaged) {
            throw new InvalidSnapshotException(String.valueOf(damaged.getMessage()));
        }
        if (arrived.quarantine() != null) {
            throw new InvalidSnapshotException("it is of a state that is not to be trusted");
        }
        view = GroupView.empty(options.group(), options.shards(), staged.generation());
        store.write(new StoreBatch()
                .put(StoreKeys.pointer(options.replica()), Bytes.wrap(new byte[] {(byte) staged.generation()}))
                .deleteRange(former.generationFrom(), former.generationTo()));
        store.flush();
        state = arrived;
        KeyWriter keyWriter = new KeyWriter(state.keys(), state.pending(), options.limits());
        steps = new HandOverApplier(state, keyWriter);
        writes = new WriteApplier(state, keyWriter);
        written = new AppliedState(state.position(), state.membership());
        publish();
        listener.applied(view);
        return durable.accumulateAndGet(written, GroupStateMachine::later);
    }

    /** Deletes what an installation that did not end has left. */
    private void dropStaged() {
        StoreKeys staged = state.keys().other();
        boolean left;
        try (KvCursor cursor = store.scan(staged.generationFrom(), staged.generationTo())) {
            left = cursor.next();
        }
        if (left) {
            store.write(new StoreBatch().deleteRange(staged.generationFrom(), staged.generationTo()));
        }
    }

    /** The copy of a shard that is frozen for exactly this now; null if it is not. */
    private @Nullable FrozenCopy frozenCopy(ExportName name) {
        GroupView now = view;
        boolean frozen = name.source().equals(now.group())
                && name.shard() >= 0
                && name.shard() < now.shards()
                && now.shard(name.shard()).state().isFrozenFor(name);
        return frozen ? new FrozenCopy(store, new StoreKeys(options.replica(), now.generation()), name.shard()) : null;
    }

    private static AppliedState later(AppliedState one, AppliedState other) {
        return other.position().index() > one.position().index() ? other : one;
    }
}

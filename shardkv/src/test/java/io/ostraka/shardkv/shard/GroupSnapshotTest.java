package io.ostraka.shardkv.shard;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.key;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.store.MemoryKvStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A snapshot carries the whole state, replaces the whole state, and does so at one moment. */
class GroupSnapshotTest {

    private static final int SHARD = 1;
    private static final Bytes KEY = key(SHARD, 0);

    private final GroupFixture group = new GroupFixture(1, 1);
    private final GroupOptions follower = new GroupOptions(
            group.id(),
            new ReplicaId(999),
            group.options().founding(),
            GroupFixture.SHARDS,
            group.options().sessions(),
            group.options().limits());
    private MemoryKvStore store = new MemoryKvStore();

    @BeforeEach
    void groupHoldsSomething() {
        group.configure(groups(group), plan(SHARD, group, 1, null));
        group.apply(new Command.CreateShard(SHARD));
        group.write(1, 1, SHARD, put(KEY, "value"));
    }

    private static List<SnapshotChunk> chunks(SnapshotReader reader) {
        List<SnapshotChunk> chunks = new ArrayList<>();
        @Nullable SnapshotChunk chunk = reader.read(0);
        while (chunk != null) {
            chunks.add(chunk);
            chunk = reader.read(chunks.size());
        }
        return chunks;
    }

    private static AppliedState install(GroupStateMachine machine, SnapshotReader reader) {
        SnapshotWriter writer = machine.beginInstall(new SnapshotHeader(reader.position(), reader.membership()));
        chunks(reader).forEach(writer::write);
        return writer.commit();
    }

    private GroupStateMachine open() {
        return GroupStateMachine.open(follower, store, GroupListener.NONE);
    }

    @Test
    void snapshotCarriesDataSessionsStatesAndPosition() {
        ClientWrite write = new ClientWrite(
                new SessionId(7, 9), 1, 1, group.shardTimeMillis(SHARD), SHARD, put(key(SHARD, 1), "once"));
        group.write(write);
        GroupStateMachine machine = open();

        AppliedState applied = install(machine, group.machine().openSnapshot());

        assertThat(applied.position()).isEqualTo(group.machine().view().applied());
        assertThat(machine.durable()).isEqualTo(applied);
        assertThat(machine.read(SHARD, KEY)).isEqualTo(group.machine().read(SHARD, KEY));
        assertThat(machine.view().config()).isEqualTo(group.machine().view().config());
        assertThat(machine.view().shard(SHARD)).isEqualTo(group.machine().view().shard(SHARD));
        store = store.crash(0);
        assertThat(open().view().shard(SHARD)).isEqualTo(group.machine().view().shard(SHARD));
    }

    @Test
    void m28_c3_retryAfterASnapshotIsNotRunTwice() {
        ClientWrite write = new ClientWrite(
                new SessionId(7, 9),
                1,
                1,
                group.shardTimeMillis(SHARD),
                SHARD,
                new WriteOp.Append(KEY, Bytes.utf8("!")));
        WriteResult first = group.write(write);
        GroupStateMachine machine = open();
        install(machine, group.machine().openSnapshot());
        List<KvResult> results = new ArrayList<>();
        group.write(write);

        machine.apply(List.of(group.log().getLast()), (index, result) -> results.add(result));

        assertThat(results).containsExactly(new KvResult.Writes(List.of(first)));
        assertThat(machine.read(SHARD, KEY)).isEqualTo(group.machine().read(SHARD, KEY));
    }

    @Test
    void snapshotIsPinned_laterWritesAreNotInIt() {
        SnapshotReader reader = group.machine().openSnapshot();
        LogPosition position = reader.position();
        group.write(1, 2, SHARD, put(KEY, "later"));
        GroupStateMachine machine = open();

        install(machine, reader);

        assertThat(machine.view().applied()).isEqualTo(position);
        assertThat(machine.read(SHARD, KEY)).isEqualTo(new KvRead.Found(Bytes.utf8("value"), 1));
    }

    @Test
    void s10_keysThatTheSnapshotDoesNotHoldAreGone() {
        GroupStateMachine machine = open();
        install(machine, group.machine().openSnapshot());
        group.write(1, 2, SHARD, new WriteOp.Delete(KEY));

        install(machine, group.machine().openSnapshot());

        assertThat(machine.read(SHARD, KEY)).isInstanceOf(KvRead.Missing.class);
        assertThat(machine.view().applied()).isEqualTo(group.machine().view().applied());
    }

    @Test
    void rowsLargerThanAChunkAreCut_andChunksAreTheSameWhenReadAgain() {
        group.write(1, 2, SHARD, new WriteOp.Put(key(SHARD, 1), Bytes.wrap(new byte[1_000_000]), 0));
        for (int i = 0; i < 40; i++) {
            group.write(1, 3 + i, SHARD, new WriteOp.Put(key(SHARD, 2 + i), Bytes.wrap(new byte[20_000]), 0));
        }
        SnapshotReader reader = group.machine().openSnapshot();
        List<SnapshotChunk> chunks = chunks(reader);
        GroupStateMachine machine = open();

        install(machine, group.machine().openSnapshot());

        assertThat(chunks).hasSizeGreaterThan(4);
        for (SnapshotChunk chunk : chunks) {
            assertThat(reader.read(chunk.sequence())).isEqualTo(chunk);
        }
        assertThat(machine.read(SHARD, key(SHARD, 1))).isEqualTo(new KvRead.Found(Bytes.wrap(new byte[1_000_000]), 2));
        assertThat(machine.view().shard(SHARD).size().keys()).isEqualTo(42);
    }

    @Test
    void crashInTheMiddleLeavesTheFormerState_andNothingOfTheNew() {
        for (int i = 0; i < 80; i++) {
            group.write(1, 2 + i, SHARD, new WriteOp.Put(key(SHARD, 1 + i), Bytes.wrap(new byte[20_000]), 0));
        }
        GroupFixture small = new GroupFixture(1, 1);
        small.configure(groups(small), plan(SHARD, small, 1, null));
        small.apply(new Command.CreateShard(SHARD));
        small.write(1, 1, SHARD, put(KEY, "former"));
        GroupStateMachine machine = open();
        install(machine, small.machine().openSnapshot());
        SnapshotReader reader = group.machine().openSnapshot();
        SnapshotWriter writer = machine.beginInstall(new SnapshotHeader(reader.position(), reader.membership()));
        List<SnapshotChunk> chunks = chunks(reader);
        chunks.subList(0, chunks.size() - 1).forEach(writer::write);
        assertThat(machine.read(SHARD, KEY)).isEqualTo(new KvRead.Found(Bytes.utf8("former"), 1));

        store = store.crash(store.unflushedBatches());
        GroupStateMachine again = open();

        assertThat(again.durable().position()).isEqualTo(small.machine().view().applied());
        assertThat(again.read(SHARD, KEY)).isEqualTo(new KvRead.Found(Bytes.utf8("former"), 1));
        assertThat(store.approximateSize(
                        StoreKeys.replicaFrom(follower.replica()), StoreKeys.replicaTo(follower.replica())))
                .isLessThan(2_000);
    }

    @Test
    void damagedSnapshotIsRefusedAndTheFormerStateStays() {
        GroupStateMachine machine = open();
        install(machine, group.machine().openSnapshot());
        SnapshotReader reader = group.machine().openSnapshot();
        SnapshotChunk chunk = chunks(reader).getFirst();
        SnapshotWriter writer = machine.beginInstall(new SnapshotHeader(reader.position(), reader.membership()));

        writer.write(new SnapshotChunk(0, chunk.data().slice(0, chunk.data().size() - 3)));

        assertThatThrownBy(writer::commit).isInstanceOf(InvalidSnapshotException.class);
        writer.abort();
        SnapshotWriter outOfOrder = machine.beginInstall(new SnapshotHeader(reader.position(), reader.membership()));
        assertThatThrownBy(() -> outOfOrder.write(new SnapshotChunk(1, chunk.data())))
                .isInstanceOf(InvalidSnapshotException.class);
        SnapshotWriter other = machine.beginInstall(new SnapshotHeader(new LogPosition(77, 1), reader.membership()));
        other.write(chunk);
        assertThatThrownBy(other::commit).isInstanceOf(InvalidSnapshotException.class);
        assertThat(machine.read(SHARD, KEY)).isEqualTo(new KvRead.Found(Bytes.utf8("value"), 1));
    }

    /** Installs the group's snapshot with other bytes in its only chunk; what is not valid must leave nothing. */
    private void assertInvalid(Bytes changed, String why) {
        GroupStateMachine machine = open();
        SnapshotReader reader = group.machine().openSnapshot();
        SnapshotWriter writer = machine.beginInstall(new SnapshotHeader(reader.position(), reader.membership()));
        writer.write(new SnapshotChunk(0, changed));

        assertThatThrownBy(writer::commit)
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining(why);
        writer.abort();
        assertThat(open().view().applied().index()).isZero();
    }

    @Test
    void snapshotWhosePositionIsDamagedIsInvalid_andBreaksNoInvariantOfTheReceiver() {
        byte[] bytes = chunks(group.machine().openSnapshot()).getFirst().data().toByteArray();
        int formatOfFirstRow = 2 + 4 + 2;
        bytes[formatOfFirstRow] = 9;

        assertInvalid(Bytes.wrap(bytes), "format 9");
    }

    @Test
    void snapshotWithAKeyThatIsTooShortIsInvalid() {
        byte[] bytes = chunks(group.machine().openSnapshot()).getFirst().data().toByteArray();
        byte[] shortKeyOfAShard = {0, 3, 0, 0, 0, 0, 0, 3, 1};
        byte[] longer = Arrays.copyOf(bytes, bytes.length + shortKeyOfAShard.length);
        System.arraycopy(shortKeyOfAShard, 0, longer, bytes.length, shortKeyOfAShard.length);

        assertInvalid(Bytes.wrap(longer), "shard key");
    }
}

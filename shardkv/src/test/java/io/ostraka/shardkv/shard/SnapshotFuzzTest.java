package io.ostraka.shardkv.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.testkit.fuzz.FuzzTarget;
import io.ostraka.raft.testkit.fuzz.Fuzzing;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.store.MemoryKvStore;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Any bytes as the chunks of a group's snapshot. */
@NullMarked
final class SnapshotFuzzTest {

    private static final int SHARD = 1;
    private static final int CHUNK_BYTES = 200;

    @Test
    void aSnapshotOfAnyBytesIsInstalledOrInvalid() {
        Fuzzing.run(Installing.class, 3_000, "installed", "invalid");
    }

    /** The input is cut into chunks; the position that the leader names is that of the seed. */
    static final class Installing implements FuzzTarget {

        private final GroupFixture leader = leader();

        @Override
        public List<byte[]> seeds() {
            return List.of(snapshot(leader));
        }

        @Override
        public String run(byte[] input) {
            GroupOptions options = new GroupOptions(
                    leader.id(),
                    new ReplicaId(999),
                    leader.options().founding(),
                    GroupFixture.SHARDS,
                    leader.options().sessions(),
                    leader.options().limits());
            MemoryKvStore store = new MemoryKvStore();
            GroupStateMachine machine = GroupStateMachine.open(options, store, GroupListener.NONE);
            SnapshotWriter writer = machine.beginInstall(new SnapshotHeader(
                    leader.machine().view().applied(), leader.options().founding()));
            try {
                for (int from = 0; from < input.length; from += CHUNK_BYTES) {
                    Bytes data = Bytes.wrap(input).slice(from, Math.min(from + CHUNK_BYTES, input.length));
                    writer.write(new SnapshotChunk(from / CHUNK_BYTES, data));
                }
                writer.commit();
            } catch (InvalidSnapshotException invalid) {
                assertThat(machine.view().applied().index()).isZero();
                writer.abort();
                assertThat(GroupStateMachine.open(options, store, GroupListener.NONE)
                                .view()
                                .applied()
                                .index())
                        .isZero();
                return "invalid: " + invalid.getMessage();
            }
            assertThat(GroupStateMachine.open(options, store, GroupListener.NONE)
                            .view()
                            .applied())
                    .isEqualTo(machine.view().applied());
            try {
                machine.read(SHARD, GroupFixture.key(SHARD, 0));
                return "installed";
            } catch (BrokenInvariantException broken) {
                return "installed, and " + broken.getMessage();
            }
        }

        @Override
        public long allocationMax(int inputBytes) {
            return (2 << 20) + 512L * inputBytes;
        }
    }

    private static GroupFixture leader() {
        GroupFixture leader = new GroupFixture(1, 1);
        GroupFixture other = new GroupFixture(2, 1);
        leader.configure(
                GroupFixture.groups(leader, other),
                GroupFixture.plan(SHARD, leader, 1, null),
                GroupFixture.plan(2, leader, 1, other),
                GroupFixture.plan(3, other, 4, leader));
        leader.apply(new Command.CreateShard(SHARD));
        leader.apply(new Command.CreateShard(2));
        leader.write(1, 1, SHARD, GroupFixture.put(GroupFixture.key(SHARD, 0), "value"));
        leader.write(1, 1, 2, GroupFixture.put(GroupFixture.key(2, 0), "value"));
        leader.apply(new Command.BeginExport(GroupFixture.name(2, 1, 5, leader, other)));
        leader.apply(new Command.Freeze(GroupFixture.name(2, 1, 5, leader, other)));
        leader.apply(new Command.BeginImport(GroupFixture.name(3, 4, 6, other, leader)));
        return leader;
    }

    private static byte[] snapshot(GroupFixture of) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SnapshotReader reader = of.machine().openSnapshot()) {
            long sequence = 0;
            SnapshotChunk chunk = reader.read(sequence);
            while (chunk != null) {
                bytes.writeBytes(chunk.data().toByteArray());
                sequence++;
                chunk = reader.read(sequence);
            }
        }
        return bytes.toByteArray();
    }
}

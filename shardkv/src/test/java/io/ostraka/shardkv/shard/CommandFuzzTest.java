package io.ostraka.shardkv.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.testkit.fuzz.FuzzTarget;
import io.ostraka.raft.testkit.fuzz.Fuzzing;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.MalformedCommandException;
import io.ostraka.shardkv.command.SeedCommands;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.MemoryKvStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Any bytes as entries of a group's log. */
@NullMarked
final class CommandFuzzTest {

    @Test
    void anyBytesAreACommandThatComesBackOrMalformed() {
        Fuzzing.run(Decoding.class, 10_000, "decoded", "malformed");
    }

    @Test
    void applyNeverThrowsAndAnyTwoReplicasAgree() {
        Fuzzing.run(Applying.class, 2_000, "Writes", "Malformed");
    }

    static final class Decoding implements FuzzTarget {

        @Override
        public List<byte[]> seeds() {
            return SeedCommands.encoded();
        }

        @Override
        public String run(byte[] input) {
            try {
                StampedCommand decoded = CommandCodec.decode(Bytes.wrap(input));
                assertThat(CommandCodec.decode(CommandCodec.encode(decoded))).isEqualTo(decoded);
                return "decoded " + decoded.command().getClass().getSimpleName();
            } catch (MalformedCommandException malformed) {
                return "malformed: " + malformed.reason();
            }
        }
    }

    /**
     * An input is a row of entries: length (2 bytes), so many bytes. They meet a group that serves shard 0, imports
     * shard 1, and has frozen shard 2.
     */
    static final class Applying implements FuzzTarget {

        private final Busy busy = new Busy();

        @Override
        public List<byte[]> seeds() {
            List<byte[]> seeds = new ArrayList<>();
            busy.further().forEach(entry -> seeds.add(input(List.of(entry))));
            SeedCommands.encoded().forEach(entry -> seeds.add(input(List.of(entry))));
            seeds.add(input(busy.further()));
            return seeds;
        }

        /** A configuration of a level that is not known here stops the replica, as is documented. */
        @Override
        public String run(byte[] input) {
            try {
                return apply(input);
            } catch (BrokenInvariantException tooNew) {
                assertThat(tooNew).hasMessageContaining("start the newer version again");
                return "too new";
            }
        }

        private String apply(byte[] input) {
            Replica together = busy.replica();
            Replica oneByOne = busy.replica();
            List<Entry> entries = new ArrayList<>();
            List<String> kinds = new ArrayList<>();
            long index = together.machine().view().applied().index();
            for (byte[] payload : payloads(input)) {
                index++;
                Entry entry = new Entry(index, 1, EntryType.COMMAND, Bytes.wrap(payload));
                entries.add(entry);
                oneByOne.machine().apply(List.of(entry), (_, result) -> kinds.add(kind(result)));
                if (oneByOne.machine().quarantinedAt() != null) {
                    break;
                }
            }
            together.machine().apply(entries, (_, _) -> {});
            assertThat(oneByOne.rows()).isEqualTo(together.rows());
            assertThat(together.reopened().views()).isEqualTo(together.views());
            return kinds.isEmpty() ? "nothing" : kinds.getLast();
        }

        private static String kind(KvResult result) {
            String words = result.toString();
            return result instanceof KvResult.Malformed malformed
                    ? "Malformed: " + malformed.reason()
                    : words.substring(0, Math.min(words.length(), 60));
        }

        private static List<byte[]> payloads(byte[] input) {
            List<byte[]> payloads = new ArrayList<>();
            ByteBuffer rest = ByteBuffer.wrap(input);
            while (rest.remaining() > 2 && payloads.size() < 16) {
                byte[] payload = new byte[Math.min(rest.getShort() & 0xFFFF, rest.remaining())];
                rest.get(payload);
                payloads.add(payload);
            }
            return payloads;
        }

        private static byte[] input(List<byte[]> payloads) {
            ByteBuffer input = ByteBuffer.allocate(1 << 16);
            payloads.forEach(payload -> input.putShort((short) payload.length).put(payload));
            byte[] bytes = new byte[input.position()];
            input.flip().get(bytes);
            return bytes;
        }
    }

    /** One replica of the group. */
    private record Replica(GroupOptions options, MemoryKvStore store, GroupStateMachine machine) {

        static Replica open(GroupOptions options, MemoryKvStore store) {
            return new Replica(options, store, GroupStateMachine.open(options, store, GroupListener.NONE));
        }

        Replica reopened() {
            return open(options, store);
        }

        List<ShardView> views() {
            return IntStream.range(0, GroupFixture.SHARDS)
                    .mapToObj(machine.view()::shard)
                    .toList();
        }

        Map<Bytes, Bytes> rows() {
            Map<Bytes, Bytes> rows = new HashMap<>();
            try (KvCursor cursor =
                    store.scan(StoreKeys.replicaFrom(options.replica()), StoreKeys.replicaTo(options.replica()))) {
                while (cursor.next()) {
                    rows.put(cursor.key(), cursor.value());
                }
            }
            return rows;
        }
    }

    /** A group in the middle of its work, as a log that builds it, and the entries that could come next. */
    private static final class Busy {

        private final GroupFixture source = new GroupFixture(1, 1);
        private final GroupFixture importer = new GroupFixture(3, 1);
        private final List<byte[]> further = new ArrayList<>();
        private final GroupOptions options;
        private final MemoryKvStore image;

        Busy() {
            GroupFixture group = new GroupFixture(2, 1);
            for (GroupFixture each : List.of(source, group, importer)) {
                each.configure(
                        GroupFixture.groups(source, group, importer),
                        GroupFixture.plan(0, group, 1, null),
                        GroupFixture.plan(1, source, 1, group),
                        GroupFixture.plan(2, group, 1, importer),
                        GroupFixture.plan(3, null, 0, group));
            }
            source.apply(new Command.CreateShard(1));
            source.write(1, 1, 1, GroupFixture.put(GroupFixture.key(1, 0), "moves"));
            group.apply(new Command.CreateShard(0));
            group.apply(new Command.CreateShard(2));
            group.write(1, 1, 0, GroupFixture.put(GroupFixture.key(0, 0), "stays"));
            group.write(1, 1, 2, GroupFixture.put(GroupFixture.key(2, 0), "goes"));
            var arriving = GroupFixture.name(1, 1, 7, source, group);
            var leaving = GroupFixture.name(2, 1, 8, group, importer);
            GroupFixture.freeze(arriving, source, group);
            group.apply(new Command.BeginExport(leaving));
            group.apply(new Command.Freeze(leaving));
            options = group.options();
            int before = group.log().size();
            GroupFixture.copy(arriving, source, group);
            group.apply(GroupFixture.activation(arriving, source));
            group.apply(new Command.CleanUp(leaving));
            group.apply(new Command.CancelExport(leaving));
            group.write(1, 2, 0, GroupFixture.append(GroupFixture.key(0, 0), "!"));
            group.apply(new Command.PurgeExpired(0, 10));
            group.apply(new Command.TakeDigest(0));
            group.log().stream()
                    .skip(before)
                    .forEach(entry -> further.add(entry.payload().toByteArray()));
            image = image(group, before);
        }

        /** What the store holds after the first entries of the log. */
        private static MemoryKvStore image(GroupFixture group, int entries) {
            MemoryKvStore store = new MemoryKvStore();
            GroupStateMachine machine = GroupStateMachine.open(group.options(), store, GroupListener.NONE);
            machine.apply(group.log().subList(0, entries), (_, _) -> {});
            store.close();
            return store;
        }

        Replica replica() {
            return Replica.open(options, image.reopened());
        }

        List<byte[]> further() {
            return further;
        }
    }
}

package io.ostraka.shardkv.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.proto.Feature;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandCodecTest {

    private static final ExportName NAME =
            new ExportName(3, 17, new ExportId(-1, 5), new GroupId(101, 4), new GroupId(102, Long.MAX_VALUE));
    private static final ShardItem ITEM = new ShardItem(Bytes.utf8("k"), 9, false, Bytes.utf8("content"));

    static List<Command> everyCommand() {
        return List.of(
                new Command.WriteBatch(1 << 20, writes()),
                new Command.WriteBatch(0, List.of()),
                configuration(Feature.BASE_LEVEL),
                configuration(Feature.NEWEST_LEVEL),
                new Command.Tick(),
                new Command.CreateShard(16_383),
                new Command.BeginImport(NAME),
                new Command.BeginExport(NAME),
                new Command.ImportChunk(NAME, new Command.Span.Base(Bytes.EMPTY, true, 4), List.of(ITEM)),
                new Command.ImportChunk(NAME, new Command.Span.Round(4, 8), List.of()),
                new Command.Freeze(NAME),
                new Command.CancelExport(NAME),
                new Command.ForgetImport(NAME, Command.ForgetProof.SOURCE_GONE),
                new Command.ForgetImport(NAME, Command.ForgetProof.SOURCE_CANCELLED),
                new Command.Activate(NAME, 8, List.of(ITEM), 9, -5, 77, new Digest(1, -2)),
                new Command.CleanUp(NAME),
                new Command.PurgeExpired(2, 100),
                new Command.TakeDigest(5),
                new Command.Quarantine(new ReplicaId(-3), 5, 1_234));
    }

    private static Command.ConfigUpdate configuration(int featureLevel) {
        return new Command.ConfigUpdate(
                7,
                2,
                false,
                Bytes.utf8("before"),
                Bytes.utf8("after"),
                featureLevel,
                List.of(new ShardPlan(0, null, 0, NAME.source()), new ShardPlan(9, NAME.source(), 3, null)),
                List.of(new GroupPlan(NAME.source(), true)),
                List.of(NAME.importer()));
    }

    private static List<ClientWrite> writes() {
        Bytes key = Bytes.utf8("key");
        List<WriteOp> ops = List.of(
                new WriteOp.Put(key, Bytes.EMPTY, 0),
                new WriteOp.Append(key, Bytes.utf8("more")),
                new WriteOp.Delete(key),
                new WriteOp.CompareAndSet(key, 0, null, 0),
                new WriteOp.CompareAndSet(key, 5, Bytes.utf8("v"), 60_000),
                new WriteOp.Atomic(List.of(new WriteOp.Delete(key), new WriteOp.Put(key, key, 1))),
                new WriteOp.Ask());
        return ops.stream()
                .map(op -> new ClientWrite(new SessionId(1, -1), 1_000, 990, 123_456, 3, op))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void commandsSurviveTheirEncoding(Command command) throws MalformedCommandException {
        StampedCommand stamped = new StampedCommand(987_654_321, command);

        assertThat(CommandCodec.decode(CommandCodec.encode(stamped))).isEqualTo(stamped);
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void everyTruncationIsRefused(Command command) {
        Bytes whole = CommandCodec.encode(new StampedCommand(5, command));
        for (int size = 0; size < whole.size(); size++) {
            Bytes part = whole.slice(0, size);
            assertThatThrownBy(() -> CommandCodec.decode(part)).isInstanceOf(MalformedCommandException.class);
        }
    }

    @Test
    void configurationOfTheFirstLevelIsWrittenAsTheFirstVersionReadsIt() {
        int typeAt = 2;

        assertThat(CommandCodec.encode(new StampedCommand(5, configuration(Feature.BASE_LEVEL)))
                        .byteAt(typeAt))
                .isEqualTo((byte) 2);
        assertThat(CommandCodec.encode(new StampedCommand(5, configuration(Feature.NEWEST_LEVEL)))
                        .byteAt(typeAt))
                .isEqualTo((byte) 14);
    }

    @Test
    void anotherVersionAndSurplusBytesAreRefused() {
        Bytes tick = CommandCodec.encode(new StampedCommand(5, new Command.Tick()));
        byte[] newer = tick.toByteArray();
        newer[0] = 2;
        byte[] longer = Arrays.copyOf(tick.toByteArray(), tick.size() + 1);

        assertThatThrownBy(() -> CommandCodec.decode(Bytes.wrap(newer)))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining("version 2");
        assertThatThrownBy(() -> CommandCodec.decode(Bytes.wrap(longer))).isInstanceOf(MalformedCommandException.class);
    }

    @Test
    void anyBytesAreACommandOrMalformed() {
        SplittableRandom random = new SplittableRandom(42);
        List<Command> commands = everyCommand();
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = CommandCodec.encode(
                            new StampedCommand(random.nextLong(), commands.get(random.nextInt(commands.size()))))
                    .toByteArray();
            int changes = 1 + random.nextInt(4);
            for (int change = 0; change < changes; change++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            decodes(Bytes.wrap(bytes));
        }
    }

    private static void decodes(Bytes bytes) {
        try {
            StampedCommand command = CommandCodec.decode(bytes);
            assertThat(CommandCodec.encode(command).size()).isPositive();
        } catch (MalformedCommandException expected) {
            assertThat(expected.reason()).isNotEmpty();
        }
    }
}

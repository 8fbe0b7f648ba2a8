package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.ostraka.proto.Id128;
import io.ostraka.proto.ShardHash;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ClusterTerms;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.config.wire.ClusterConfigRecord;
import io.ostraka.proto.kv.Append;
import io.ostraka.proto.kv.AskOutcome;
import io.ostraka.proto.kv.AtomicBatch;
import io.ostraka.proto.kv.BatchItem;
import io.ostraka.proto.kv.CompareAndSet;
import io.ostraka.proto.kv.Delete;
import io.ostraka.proto.kv.Get;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvRequestFrame;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.Put;
import io.ostraka.proto.kv.WriteHeader;
import io.ostraka.proto.transfer.ExportReply;
import io.ostraka.proto.transfer.ExportRequest;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.FileDisk;
import io.ostraka.raft.testkit.fuzz.FuzzTarget;
import io.ostraka.raft.testkit.fuzz.Fuzzing;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.MalformedCommandException;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Any bytes from clients, from other groups and from controllers, and in the kept configuration. */
final class WireFuzzTest {

    private static final int SHARDS = 4;
    private static final GroupId GROUP = new GroupId(101, 1);
    private static final ClusterConfig CONFIG = Greetings.config(7, GROUP, 1, 2, 3);

    @Test
    void everyRequestOfAnyFrameIsAnsweredOrBecomesAnEntryThatComesBack() {
        Fuzzing.run(Requests.class, 2_000, "taken", "INVALID", "WRONG_GROUP");
    }

    @Test
    void anyMessageOfAHandOverIsKnownOrMalformed() {
        Fuzzing.run(TransferRequests.class, 2_000, "known", "unknown", "malformed");
        Fuzzing.run(TransferReplies.class, 2_000, "known", "unknown", "malformed");
    }

    @Test
    void anyConfigurationIsTakenOrMalformedAndAnyChangeExtendsOrIsRefused() {
        Fuzzing.run(Configurations.class, 3_000, "whole", "extended", "refused", "malformed");
    }

    @Test
    void aKeptConfigurationOfAnyBytesIsReadOrCountsAsNothing() {
        Fuzzing.run(Kept.class, 500, "read", "nothing");
    }

    static final class Requests implements FuzzTarget {

        @Override
        public List<byte[]> seeds() {
            ByteString key = ByteString.copyFromUtf8("key");
            WriteHeader header = WriteHeader.newBuilder()
                    .setNumber(5)
                    .setLowestUnanswered(3)
                    .setT0Millis(1_000)
                    .build();
            KvRequest base = KvRequest.newBuilder()
                    .setId(9)
                    .setGroup(io.ostraka.proto.GroupRef.newBuilder().setGid(101).setIncarnation(1))
                    .setShard(ShardHash.shardOf(key, SHARDS))
                    .setTimeoutMillis(100)
                    .build();
            Put put = Put.newBuilder()
                    .setKey(key)
                    .setValue(key)
                    .setTtlMillis(60_000)
                    .build();
            CompareAndSet cas = CompareAndSet.newBuilder()
                    .setKey(key)
                    .setExpectedRevision(4)
                    .setValue(key)
                    .build();
            AtomicBatch batch = AtomicBatch.newBuilder()
                    .addItems(BatchItem.newBuilder().setPut(put))
                    .addItems(BatchItem.newBuilder().setCompareAndSet(cas))
                    .addItems(
                            BatchItem.newBuilder().setDelete(Delete.newBuilder().setKey(key)))
                    .build();
            List<KvRequest> requests = List.of(
                    base.toBuilder().setGet(Get.newBuilder().setKey(key)).build(),
                    base.toBuilder().setWrite(header).setPut(put).build(),
                    base.toBuilder()
                            .setWrite(header)
                            .setAppend(Append.newBuilder().setKey(key).setValue(key))
                            .build(),
                    base.toBuilder()
                            .setWrite(header)
                            .setDelete(Delete.newBuilder().setKey(key))
                            .build(),
                    base.toBuilder().setWrite(header).setCompareAndSet(cas).build(),
                    base.toBuilder().setWrite(header).setBatch(batch).build(),
                    base.toBuilder()
                            .setWrite(header)
                            .setAsk(AskOutcome.getDefaultInstance())
                            .build());
            List<byte[]> seeds = new ArrayList<>();
            for (KvRequest request : requests) {
                seeds.add(frame(List.of(request)));
            }
            seeds.add(frame(requests));
            return seeds;
        }

        private static byte[] frame(List<KvRequest> requests) {
            return KvRequestFrame.newBuilder()
                    .setSession(Id128.newBuilder().setHigh(1).setLow(2))
                    .addAllRequests(requests)
                    .build()
                    .toByteArray();
        }

        @Override
        public Message shape() {
            return KvRequestFrame.getDefaultInstance();
        }

        @Override
        public String run(byte[] input) throws MalformedCommandException {
            KvRequestFrame frame;
            try {
                frame = KvRequestFrame.parseFrom(input);
            } catch (InvalidProtocolBufferException malformed) {
                return "no message";
            }
            List<KvResponse> answers = new ArrayList<>();
            KvRouter router =
                    new KvRouter(() -> CONFIG, _ -> null, new RouteHints(() -> CONFIG, new AddressBook()), 1_000);
            router.submit(frame.getSession(), frame.getRequestsList(), answers::addAll);
            assertThat(answers).hasSameSizeAs(frame.getRequestsList());
            RequestCheck check = new RequestCheck(SHARDS, 1_000);
            String last = "";
            for (KvRequest request : frame.getRequestsList()) {
                String problem = check.problemOf(request);
                if (problem == null && request.getOpCase() != KvRequest.OpCase.GET) {
                    ClientWrite write = WriteWire.write(frame.getSession(), request);
                    StampedCommand entry = new StampedCommand(1, new Command.WriteBatch(1_000, List.of(write)));
                    assertThat(CommandCodec.decode(CommandCodec.encode(entry))).isEqualTo(entry);
                    last = "taken " + request.getOpCase();
                }
            }
            return last.isEmpty() && !answers.isEmpty()
                    ? answers.getLast().getCode() + " " + answers.getLast().getMessage()
                    : last;
        }
    }

    private static final ExportName NAME =
            new ExportName(3, 5, new ExportId(1, 2), new GroupId(1, 1), new GroupId(2, 1));

    static final class TransferRequests implements FuzzTarget {

        @Override
        public List<byte[]> seeds() {
            return Stream.of(
                            new TransferRequest.Open(NAME, Bytes.utf8("key"), false, 4),
                            new TransferRequest.Progress(NAME, 3),
                            new TransferRequest.AskFreeze(NAME),
                            new TransferRequest.Activated(NAME),
                            new TransferRequest.AskCancel(NAME))
                    .map(request -> TransferWire.toWire(request).toByteArray())
                    .toList();
        }

        @Override
        public Message shape() {
            return ExportRequest.getDefaultInstance();
        }

        @Override
        public String run(byte[] input) {
            try {
                TransferRequest request = TransferWire.fromWire(ExportRequest.parseFrom(input));
                if (request == null) {
                    return "unknown";
                }
                assertThat(TransferWire.fromWire(TransferWire.toWire(request))).isEqualTo(request);
                return "known " + request.getClass().getSimpleName();
            } catch (IllegalArgumentException | InvalidProtocolBufferException malformed) {
                return "malformed: " + malformed.getMessage();
            }
        }
    }

    static final class TransferReplies implements FuzzTarget {

        @Override
        public List<byte[]> seeds() {
            Bytes key = Bytes.utf8("key");
            List<ShardItem> items =
                    List.of(new ShardItem(key, 4, false, key), new ShardItem(key, 5, true, Bytes.EMPTY));
            return Stream.of(
                            new TransferReply.Opened(NAME, 100),
                            new TransferReply.Chunk(NAME, 2, items, true, 9),
                            new TransferReply.LastRound(NAME, items, 9, 8, 7, new Digest(1, 2)),
                            new TransferReply.Cancelled(NAME),
                            new TransferReply.CleanedUp(NAME),
                            new TransferReply.AtWork(NAME),
                            new TransferReply.Refused(NAME, TransferReply.Refusal.FROZEN))
                    .map(reply -> TransferWire.toWire(reply).toByteArray())
                    .toList();
        }

        @Override
        public Message shape() {
            return ExportReply.getDefaultInstance();
        }

        @Override
        public String run(byte[] input) {
            try {
                TransferReply reply = TransferWire.fromWire(ExportReply.parseFrom(input));
                if (reply == null) {
                    return "unknown";
                }
                assertThat(TransferWire.fromWire(TransferWire.toWire(reply))).isEqualTo(reply);
                return "known " + reply.getClass().getSimpleName();
            } catch (IllegalArgumentException | InvalidProtocolBufferException malformed) {
                return "malformed: " + malformed.getMessage();
            }
        }
    }

    /** A whole configuration; and its rows as a change of the one that is known. */
    static final class Configurations implements FuzzTarget {

        @Override
        public List<byte[]> seeds() {
            return List.of(
                    ConfigWire.toWire(CONFIG).toByteArray(),
                    ConfigWire.toWire(ClusterConfig.founded(7, SHARDS, new ClusterTerms(2)))
                            .toByteArray());
        }

        @Override
        public Message shape() {
            return ClusterConfigRecord.getDefaultInstance();
        }

        @Override
        public String run(byte[] input) {
            try {
                return taken(ClusterConfigRecord.parseFrom(input));
            } catch (MalformedConfigException | InvalidProtocolBufferException malformed) {
                return "malformed: " + malformed.getMessage();
            }
        }

        private static String taken(ClusterConfigRecord wire) {
            ConfigDelta delta = ConfigWire.fromWire(io.ostraka.proto.config.wire.ConfigDelta.newBuilder()
                    .setRevision(wire.getRevision())
                    .setNum(wire.getNum())
                    .setPreviousHash(wire.getHash())
                    .setHash(wire.getHash())
                    .setTerms(wire.getTerms())
                    .addAllShards(wire.getShardsList())
                    .addAllGroups(wire.getGroupsList())
                    .addAllNodes(wire.getNodesList())
                    .build());
            ConfigDelta fitting = ConfigDelta.extending(CONFIG, delta.num(), delta.terms(), delta.rows());
            String change = switch (CONFIG.apply(fitting)) {
                case Extension.Extended(ClusterConfig extended) -> {
                    assertThat(ConfigWire.fromWire(ConfigWire.toWire(extended))).isEqualTo(extended);
                    yield "extended";
                }
                case Extension.Refused(String why) -> "refused: " + why;
            };
            if (!(CONFIG.apply(delta) instanceof Extension.Refused)) {
                throw new AssertionError("a change whose hash is not its own was taken");
            }
            ClusterConfig whole;
            try {
                whole = ConfigWire.fromWire(wire);
            } catch (MalformedConfigException malformed) {
                return change;
            }
            assertThat(ConfigWire.fromWire(ConfigWire.toWire(whole))).isEqualTo(whole);
            return change.startsWith("extended") ? "whole" : change;
        }

        @Override
        public long allocationMax(int inputBytes) {
            return (2 << 20) + 2_048L * inputBytes;
        }
    }

    static final class Kept implements FuzzTarget {

        private final Path directory = directory();

        private static Path directory() {
            try {
                Path directory = Files.createTempDirectory("ostraka-fuzz");
                directory.toFile().deleteOnExit();
                directory.resolve("configuration").toFile().deleteOnExit();
                return directory;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public List<byte[]> seeds() {
            byte[] content = ConfigWire.toWire(CONFIG).toByteArray();
            ByteBuffer seed = ByteBuffer.allocate(Integer.BYTES + content.length);
            return List.of(sealed(seed.putInt(0).put(content).array()));
        }

        @Override
        public byte[] sealed(byte[] input) {
            if (input.length >= Integer.BYTES) {
                CRC32C crc = new CRC32C();
                crc.update(input, Integer.BYTES, input.length - Integer.BYTES);
                ByteBuffer.wrap(input).putInt((int) crc.getValue());
            }
            return input;
        }

        @Override
        public String run(byte[] input) throws IOException, DiskException {
            Files.write(directory.resolve("configuration"), input);
            @Nullable ClusterConfig read = new ConfigCache(FileDisk.at(directory)).read(7);
            return read == null ? "nothing" : "read, of " + read.groups().size() + " groups";
        }

        @Override
        public long allocationMax(int inputBytes) {
            return (2 << 20) + 2_048L * inputBytes;
        }
    }
}

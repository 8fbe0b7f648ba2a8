package io.ostraka.raft.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ostraka.proto.raft.GroupMessage;
import io.ostraka.proto.raft.RaftEntry;
import io.ostraka.proto.raft.RaftFrame;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.HeartbeatResponse;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.ReadIndexRequest;
import io.ostraka.raft.core.message.ReadIndexResponse;
import io.ostraka.raft.core.message.SnapshotRequest;
import io.ostraka.raft.core.message.TimeoutNow;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;
import io.ostraka.raft.runtime.host.Envelope;
import io.ostraka.raft.runtime.host.LedGroup;
import io.ostraka.raft.runtime.host.NodeHeartbeat;
import io.ostraka.raft.runtime.host.NodeHeartbeatAck;
import io.ostraka.raft.runtime.host.PeerMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RaftCodecTest {

    private static final GroupId GROUP = new GroupId(7, 2);
    private static final ReplicaId FROM = new ReplicaId(-3);
    private static final ReplicaId TO = new ReplicaId(Long.MAX_VALUE);
    private static final LogPosition LAST = new LogPosition(41, 3);

    private static List<Message> oneOfEach() {
        return List.of(
                new PreVoteRequest(FROM, TO, 4, LAST),
                new PreVoteResponse(FROM, TO, 4, true),
                new VoteRequest(FROM, TO, 4, LAST, true),
                new VoteResponse(FROM, TO, 4, false),
                new AppendRequest(
                        FROM,
                        TO,
                        4,
                        LAST,
                        List.of(
                                new Entry(42, 4, EntryType.NO_OP, Bytes.EMPTY),
                                new Entry(43, 4, EntryType.COMMAND, Bytes.utf8("set x")),
                                new Entry(44, 4, EntryType.MEMBERSHIP, Bytes.utf8("m"))),
                        40,
                        9),
                new AppendResponse(FROM, TO, 4, new AppendResult.Matched(44), 9),
                new AppendResponse(FROM, TO, 4, new AppendResult.Conflict(41, new LogPosition(30, 2)), 9),
                new Heartbeat(FROM, TO, 4, 40, 10),
                new HeartbeatResponse(FROM, TO, 4, 10),
                new TimeoutNow(FROM, TO, 4),
                new ReadIndexRequest(FROM, TO, 4, -77),
                new ReadIndexResponse(FROM, TO, 4, -77, 40, true),
                new SnapshotRequest(FROM, TO, 4, 33));
    }

    @Test
    void everyMessageComesBackAsItWas() throws Exception {
        List<PeerMessage> sent = new ArrayList<>();
        oneOfEach().forEach(message -> sent.add(new Envelope(GROUP, message)));
        sent.add(new NodeHeartbeat(5, 4, List.of(new LedGroup(GROUP, 4, FROM)), List.of(GROUP), -9, true));
        sent.add(new NodeHeartbeatAck(5, -9, List.of(GROUP), false));
        RaftFrame.Builder frame = RaftFrame.newBuilder();
        sent.forEach(message -> RaftCodec.add(message, frame));

        assertThat(RaftCodec.decode(RaftFrame.parseFrom(frame.build().toByteArray())))
                .isEqualTo(sent);
    }

    @Test
    void theEstimatedSizeIsNotFarBelowTheRealOne() {
        for (Message message : oneOfEach()) {
            RaftFrame.Builder frame = RaftFrame.newBuilder();
            Envelope envelope = new Envelope(GROUP, message);
            RaftCodec.add(envelope, frame);
            assertThat(frame.build().getSerializedSize()).isLessThanOrEqualTo((int) RaftCodec.sizeOf(envelope));
        }
    }

    /** FAULTS E14 and Z4: what a forged message says must not overflow anything. */
    @Test
    void numbersOutOfRangeAreRefused() {
        RaftFrame frame = RaftFrame.newBuilder()
                .addMessages(GroupMessage.newBuilder()
                        .setTerm(-1)
                        .setTimeoutNow(io.ostraka.proto.raft.TimeoutNow.getDefaultInstance()))
                .build();

        assertThatThrownBy(() -> RaftCodec.decode(frame)).isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void entriesThatWouldOverflowTheIndexAreRefused() {
        RaftFrame frame = RaftFrame.newBuilder()
                .addMessages(GroupMessage.newBuilder()
                        .setAppendRequest(io.ostraka.proto.raft.AppendRequest.newBuilder()
                                .setPrevious(RaftCodec.encode(new LogPosition(Long.MAX_VALUE, 1)))
                                .addEntries(RaftEntry.newBuilder().setTerm(1))))
                .build();

        assertThatThrownBy(() -> RaftCodec.decode(frame)).isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void aMessageOfUnknownKindIsRefused() {
        RaftFrame frame =
                RaftFrame.newBuilder().addMessages(GroupMessage.newBuilder()).build();

        assertThatThrownBy(() -> RaftCodec.decode(frame)).isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void anyBytesEitherDecodeOrAreRefused() throws Exception {
        RaftFrame.Builder builder = RaftFrame.newBuilder();
        oneOfEach().forEach(message -> RaftCodec.add(new Envelope(GROUP, message), builder));
        byte[] good = builder.build().toByteArray();
        SplittableRandom random = new SplittableRandom(1);
        int decoded = 0;
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.clone();
            for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                RaftCodec.decode(RaftFrame.parseFrom(bytes));
                decoded++;
            } catch (MalformedFrameException | InvalidProtocolBufferException expected) {
                refused++;
            }
        }
        assertThat(decoded).isPositive();
        assertThat(refused).isPositive();
    }
}

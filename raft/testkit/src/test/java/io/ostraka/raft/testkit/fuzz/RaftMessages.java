package io.ostraka.raft.testkit.fuzz;

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
import io.ostraka.raft.runtime.transport.RaftCodec;
import java.util.ArrayList;
import java.util.List;

/** One message of each kind, as frames. */
final class RaftMessages {

    static final GroupId GROUP = new GroupId(7, 2);
    static final ReplicaId SELF = new ReplicaId(1);
    static final ReplicaId PEER = new ReplicaId(2);
    static final ReplicaId OTHER = new ReplicaId(3);

    private static final LogPosition LAST = new LogPosition(3, 2);

    private RaftMessages() {}

    /** To a replica whose log is at index 3 of term 2. */
    private static List<Message> ofOneGroup() {
        List<Entry> entries = List.of(
                new Entry(4, 3, EntryType.NO_OP, Bytes.EMPTY),
                new Entry(5, 3, EntryType.COMMAND, Bytes.utf8("set x")),
                new Entry(6, 3, EntryType.MEMBERSHIP, Bytes.utf8("m")));
        return List.of(
                new AppendRequest(PEER, SELF, 3, LAST, entries, 3, 9),
                new Heartbeat(PEER, SELF, 3, 3, 10),
                new PreVoteRequest(PEER, SELF, 4, LAST),
                new PreVoteResponse(PEER, SELF, 3, true),
                new VoteRequest(OTHER, SELF, 3, LAST, true),
                new VoteResponse(PEER, SELF, 3, true),
                new AppendResponse(PEER, SELF, 3, new AppendResult.Matched(4), 9),
                new AppendResponse(PEER, SELF, 3, new AppendResult.Conflict(4, new LogPosition(3, 2)), 9),
                new HeartbeatResponse(PEER, SELF, 3, 10),
                new TimeoutNow(PEER, SELF, 3),
                new ReadIndexRequest(PEER, SELF, 3, -77),
                new ReadIndexResponse(PEER, SELF, 3, -77, 3, true),
                new SnapshotRequest(PEER, SELF, 3, 3));
    }

    /** Each message in a frame of its own, all in one, and those of nodes. */
    static List<byte[]> frames() {
        List<byte[]> frames = new ArrayList<>();
        List<PeerMessage> all = new ArrayList<>();
        ofOneGroup().forEach(message -> all.add(new Envelope(GROUP, message)));
        all.add(new NodeHeartbeat(5, 4, List.of(new LedGroup(GROUP, 4, PEER)), List.of(GROUP), -9, true));
        all.add(new NodeHeartbeatAck(5, -9, List.of(GROUP), false));
        all.forEach(message -> frames.add(frame(List.of(message))));
        frames.add(frame(all));
        return frames;
    }

    static byte[] frame(List<PeerMessage> messages) {
        RaftFrame.Builder frame = RaftFrame.newBuilder();
        messages.forEach(message -> RaftCodec.add(message, frame));
        return frame.build().toByteArray();
    }
}

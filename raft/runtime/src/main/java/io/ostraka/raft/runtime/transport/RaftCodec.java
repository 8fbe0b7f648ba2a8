package io.ostraka.raft.runtime.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.ostraka.proto.GroupRef;
import io.ostraka.proto.raft.GroupMessage;
import io.ostraka.proto.raft.MembershipRecord;
import io.ostraka.proto.raft.Position;
import io.ostraka.proto.raft.RaftEntry;
import io.ostraka.proto.raft.RaftFrame;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
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

/**
 * Between Raft's messages and those on the wire. Pure; never throws anything but {@link MalformedFrameException}, on
 * any frame whatever. Payloads are shared, not copied.
 *
 * <p>Numbers that the wire holds as unsigned are refused above {@link Long#MAX_VALUE}, except the echoed time, which
 * only its sender interprets.
 */
public final class RaftCodec {

    private RaftCodec() {}

    /** Puts a message into a frame. */
    public static void add(PeerMessage message, RaftFrame.Builder frame) {
        switch (message) {
            case Envelope envelope -> frame.addMessages(encode(envelope));
            case NodeHeartbeat heartbeat -> frame.setHeartbeat(encode(heartbeat));
            case NodeHeartbeatAck ack -> frame.setHeartbeatAck(encode(ack));
        }
    }

    /** Whether a frame that holds {@code message}'s kind already has no room for another of it. */
    static boolean isSingle(PeerMessage message) {
        return !(message instanceof Envelope);
    }

    /** Returns about how many bytes {@code message} takes on the wire and in memory. */
    public static long sizeOf(PeerMessage message) {
        long size = 96;
        switch (message) {
            case Envelope envelope -> {
                if (envelope.message() instanceof AppendRequest append) {
                    for (Entry entry : append.entries()) {
                        size += entry.sizeBytes();
                    }
                }
            }
            case NodeHeartbeat heartbeat ->
                size += 40L * (heartbeat.led().size() + heartbeat.dropped().size());
            case NodeHeartbeatAck ack -> size += 40L * ack.refused().size();
        }
        return size;
    }

    /**
     * Takes the messages out of a frame: Raft messages first, in their order.
     *
     * @throws MalformedFrameException if any part of it is not what this version writes
     */
    public static List<PeerMessage> decode(RaftFrame frame) throws MalformedFrameException {
        List<PeerMessage> messages = new ArrayList<>(frame.getMessagesCount() + 1);
        for (GroupMessage message : frame.getMessagesList()) {
            messages.add(new Envelope(group(message.getGroup()), decode(message)));
        }
        if (frame.hasHeartbeat()) {
            messages.add(decode(frame.getHeartbeat()));
        }
        if (frame.hasHeartbeatAck()) {
            messages.add(decode(frame.getHeartbeatAck()));
        }
        return messages;
    }

    static GroupRef encode(GroupId group) {
        return GroupRef.newBuilder()
                .setGid(group.gid())
                .setIncarnation(group.incarnation())
                .build();
    }

    static GroupId group(GroupRef group) {
        return new GroupId(group.getGid(), group.getIncarnation());
    }

    static Position encode(LogPosition position) {
        return Position.newBuilder()
                .setIndex(position.index())
                .setTerm(position.term())
                .build();
    }

    static LogPosition position(Position position) throws MalformedFrameException {
        return new LogPosition(number(position.getIndex(), "index"), number(position.getTerm(), "term"));
    }

    static MembershipRecord encode(Membership membership) {
        MembershipRecord.Builder record = MembershipRecord.newBuilder();
        membership.voters().forEach(replica -> record.addVoters(replica.value()));
        membership.learners().forEach(replica -> record.addLearners(replica.value()));
        membership.outgoingVoters().forEach(replica -> record.addOutgoingVoters(replica.value()));
        return record.build();
    }

    static Membership membership(MembershipRecord record) {
        return new Membership(
                replicas(record.getVotersList()),
                replicas(record.getLearnersList()),
                replicas(record.getOutgoingVotersList()));
    }

    private static List<ReplicaId> replicas(List<Long> ids) {
        return ids.stream().map(ReplicaId::new).toList();
    }

    private static long number(long value, String what) throws MalformedFrameException {
        if (value < 0) {
            throw new MalformedFrameException(what + " out of range: " + Long.toUnsignedString(value));
        }
        return value;
    }

    static ByteString share(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer());
    }

    static Bytes share(ByteString bytes) {
        return bytes.isEmpty() ? Bytes.EMPTY : Bytes.wrap(bytes.toByteArray());
    }

    // ---- node heartbeats

    private static io.ostraka.proto.raft.NodeHeartbeat encode(NodeHeartbeat heartbeat) {
        io.ostraka.proto.raft.NodeHeartbeat.Builder wire = io.ostraka.proto.raft.NodeHeartbeat.newBuilder()
                .setGeneration(heartbeat.generation())
                .setFull(heartbeat.base() == 0)
                .setBaseGeneration(heartbeat.base())
                .setSentNanos(heartbeat.sentNanos())
                .setDiskHealthy(heartbeat.diskHealthy());
        for (LedGroup led : heartbeat.led()) {
            wire.addLed(io.ostraka.proto.raft.LedGroup.newBuilder()
                    .setGroup(encode(led.group()))
                    .setTerm(led.term())
                    .setLeaderReplica(led.leader().value()));
        }
        heartbeat.dropped().forEach(group -> wire.addNoLongerLed(ref(group)));
        return wire.build();
    }

    private static io.ostraka.proto.raft.LedGroup ref(GroupId group) {
        return io.ostraka.proto.raft.LedGroup.newBuilder()
                .setGroup(encode(group))
                .build();
    }

    private static NodeHeartbeat decode(io.ostraka.proto.raft.NodeHeartbeat wire) throws MalformedFrameException {
        List<LedGroup> led = new ArrayList<>(wire.getLedCount());
        for (io.ostraka.proto.raft.LedGroup each : wire.getLedList()) {
            led.add(new LedGroup(
                    group(each.getGroup()), number(each.getTerm(), "term"), new ReplicaId(each.getLeaderReplica())));
        }
        return new NodeHeartbeat(
                number(wire.getGeneration(), "generation"),
                wire.getFull() ? 0 : number(wire.getBaseGeneration(), "base generation"),
                led,
                groups(wire.getNoLongerLedList()),
                wire.getSentNanos(),
                wire.getDiskHealthy());
    }

    private static List<GroupId> groups(List<io.ostraka.proto.raft.LedGroup> wire) {
        return wire.stream().map(each -> group(each.getGroup())).toList();
    }

    private static io.ostraka.proto.raft.NodeHeartbeatAck encode(NodeHeartbeatAck ack) {
        io.ostraka.proto.raft.NodeHeartbeatAck.Builder wire = io.ostraka.proto.raft.NodeHeartbeatAck.newBuilder()
                .setGeneration(ack.generation())
                .setSentNanos(ack.sentNanos())
                .setDiskHealthy(ack.diskHealthy());
        ack.refused().forEach(group -> wire.addRefused(ref(group)));
        return wire.build();
    }

    private static NodeHeartbeatAck decode(io.ostraka.proto.raft.NodeHeartbeatAck wire) throws MalformedFrameException {
        return new NodeHeartbeatAck(
                number(wire.getGeneration(), "generation"),
                wire.getSentNanos(),
                groups(wire.getRefusedList()),
                wire.getDiskHealthy());
    }

    // ---- Raft messages

    private static GroupMessage encode(Envelope envelope) {
        Message message = envelope.message();
        GroupMessage.Builder wire = GroupMessage.newBuilder()
                .setGroup(encode(envelope.group()))
                .setFrom(message.from().value())
                .setTo(message.to().value())
                .setTerm(message.term());
        switch (message) {
            case PreVoteRequest m ->
                wire.setPreVoteRequest(
                        io.ostraka.proto.raft.PreVoteRequest.newBuilder().setLast(encode(m.last())));
            case PreVoteResponse m ->
                wire.setPreVoteResponse(
                        io.ostraka.proto.raft.PreVoteResponse.newBuilder().setGranted(m.granted()));
            case VoteRequest m ->
                wire.setVoteRequest(io.ostraka.proto.raft.VoteRequest.newBuilder()
                        .setLast(encode(m.last()))
                        .setTransfer(m.transfer()));
            case VoteResponse m ->
                wire.setVoteResponse(
                        io.ostraka.proto.raft.VoteResponse.newBuilder().setGranted(m.granted()));
            case AppendRequest m -> wire.setAppendRequest(encode(m));
            case AppendResponse m -> wire.setAppendResponse(encode(m));
            case Heartbeat m ->
                wire.setHeartbeat(io.ostraka.proto.raft.Heartbeat.newBuilder()
                        .setCommit(m.commit())
                        .setRound(m.round()));
            case HeartbeatResponse m ->
                wire.setHeartbeatResponse(
                        io.ostraka.proto.raft.HeartbeatResponse.newBuilder().setRound(m.round()));
            case TimeoutNow m -> wire.setTimeoutNow(io.ostraka.proto.raft.TimeoutNow.getDefaultInstance());
            case ReadIndexRequest m ->
                wire.setReadIndexRequest(
                        io.ostraka.proto.raft.ReadIndexRequest.newBuilder().setReadId(m.requestId()));
            case SnapshotRequest m ->
                wire.setSnapshotRequest(
                        io.ostraka.proto.raft.SnapshotRequest.newBuilder().setAtLeast(m.atLeast()));
            case ReadIndexResponse m ->
                wire.setReadIndexResponse(io.ostraka.proto.raft.ReadIndexResponse.newBuilder()
                        .setReadId(m.requestId())
                        .setReady(m.granted())
                        .setIndex(m.index()));
        }
        return wire.build();
    }

    private static io.ostraka.proto.raft.AppendRequest encode(AppendRequest message) {
        io.ostraka.proto.raft.AppendRequest.Builder wire = io.ostraka.proto.raft.AppendRequest.newBuilder()
                .setPrevious(encode(message.prev()))
                .setCommit(message.commit())
                .setRound(message.round());
        for (Entry entry : message.entries()) {
            wire.addEntries(RaftEntry.newBuilder()
                    .setTerm(entry.term())
                    .setType(typeNumber(entry.type()))
                    .setPayload(share(entry.payload())));
        }
        return wire.build();
    }

    private static io.ostraka.proto.raft.AppendResponse encode(AppendResponse message) {
        io.ostraka.proto.raft.AppendResponse.Builder wire =
                io.ostraka.proto.raft.AppendResponse.newBuilder().setRound(message.round());
        switch (message.result()) {
            case AppendResult.Matched matched -> wire.setSuccess(true).setMatched(matched.index());
            case AppendResult.Conflict conflict ->
                wire.setRejectedIndex(conflict.rejectedIndex())
                        .setConflictIndex(conflict.hint().index())
                        .setConflictTerm(conflict.hint().term());
        }
        return wire.build();
    }

    private static int typeNumber(EntryType type) {
        return switch (type) {
            case NO_OP -> 0;
            case COMMAND -> 1;
            case MEMBERSHIP -> 2;
        };
    }

    private static EntryType type(int number) throws MalformedFrameException {
        return switch (number) {
            case 0 -> EntryType.NO_OP;
            case 1 -> EntryType.COMMAND;
            case 2 -> EntryType.MEMBERSHIP;
            default -> throw new MalformedFrameException("entry type unknown: " + number);
        };
    }

    private static Message decode(GroupMessage wire) throws MalformedFrameException {
        ReplicaId from = new ReplicaId(wire.getFrom());
        ReplicaId to = new ReplicaId(wire.getTo());
        long term = number(wire.getTerm(), "term");
        return switch (wire.getKindCase()) {
            case PRE_VOTE_REQUEST ->
                new PreVoteRequest(
                        from, to, term, position(wire.getPreVoteRequest().getLast()));
            case PRE_VOTE_RESPONSE ->
                new PreVoteResponse(from, to, term, wire.getPreVoteResponse().getGranted());
            case VOTE_REQUEST ->
                new VoteRequest(
                        from,
                        to,
                        term,
                        position(wire.getVoteRequest().getLast()),
                        wire.getVoteRequest().getTransfer());
            case VOTE_RESPONSE ->
                new VoteResponse(from, to, term, wire.getVoteResponse().getGranted());
            case APPEND_REQUEST -> decode(from, to, term, wire.getAppendRequest());
            case APPEND_RESPONSE -> decode(from, to, term, wire.getAppendResponse());
            case HEARTBEAT ->
                new Heartbeat(
                        from,
                        to,
                        term,
                        number(wire.getHeartbeat().getCommit(), "commit"),
                        number(wire.getHeartbeat().getRound(), "round"));
            case HEARTBEAT_RESPONSE ->
                new HeartbeatResponse(
                        from, to, term, number(wire.getHeartbeatResponse().getRound(), "round"));
            case TIMEOUT_NOW -> new TimeoutNow(from, to, term);
            case READ_INDEX_REQUEST ->
                new ReadIndexRequest(from, to, term, wire.getReadIndexRequest().getReadId());
            case READ_INDEX_RESPONSE ->
                new ReadIndexResponse(
                        from,
                        to,
                        term,
                        wire.getReadIndexResponse().getReadId(),
                        number(wire.getReadIndexResponse().getIndex(), "index"),
                        wire.getReadIndexResponse().getReady());
            case SNAPSHOT_REQUEST ->
                new SnapshotRequest(
                        from, to, term, number(wire.getSnapshotRequest().getAtLeast(), "index"));
            case KIND_NOT_SET -> throw new MalformedFrameException("a message of no known kind");
        };
    }

    private static AppendRequest decode(
            ReplicaId from, ReplicaId to, long term, io.ostraka.proto.raft.AppendRequest wire)
            throws MalformedFrameException {
        LogPosition previous = position(wire.getPrevious());
        if (previous.index() > Long.MAX_VALUE - wire.getEntriesCount()) {
            throw new MalformedFrameException("index out of range after " + previous);
        }
        List<Entry> entries = new ArrayList<>(wire.getEntriesCount());
        long index = previous.index();
        for (RaftEntry entry : wire.getEntriesList()) {
            index++;
            entries.add(new Entry(
                    index, number(entry.getTerm(), "term"), type(entry.getType()), share(entry.getPayload())));
        }
        return new AppendRequest(
                from,
                to,
                term,
                previous,
                entries,
                number(wire.getCommit(), "commit"),
                number(wire.getRound(), "round"));
    }

    private static AppendResponse decode(
            ReplicaId from, ReplicaId to, long term, io.ostraka.proto.raft.AppendResponse wire)
            throws MalformedFrameException {
        AppendResult result = wire.getSuccess()
                ? new AppendResult.Matched(number(wire.getMatched(), "matched index"))
                : new AppendResult.Conflict(
                        number(wire.getRejectedIndex(), "rejected index"),
                        new LogPosition(
                                number(wire.getConflictIndex(), "conflict index"),
                                number(wire.getConflictTerm(), "conflict term")));
        return new AppendResponse(from, to, term, result, number(wire.getRound(), "round"));
    }
}

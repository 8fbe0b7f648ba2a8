package io.ostraka.raft.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ostraka.proto.raft.RaftFrame;
import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Effects;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.input.Applied;
import io.ostraka.raft.core.input.Input;
import io.ostraka.raft.core.input.Persisted;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;
import io.ostraka.raft.runtime.host.Envelope;
import io.ostraka.raft.runtime.host.PeerMessage;
import io.ostraka.raft.runtime.transport.MalformedFrameException;
import io.ostraka.raft.runtime.transport.RaftCodec;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Any bytes on the stream between two nodes. */
@NullMarked
final class RaftFrameFuzzTest {

    @Test
    void anyFrameIsDecodedToWhatEncodesTheSameOrIsMalformed() {
        Fuzzing.run(Decoding.class, 8_000, "decoded", "malformed");
    }

    @Test
    void aReplicaTakesAnyMessageOrSaysThatAnInvariantIsBroken() {
        Fuzzing.run(Stepping.class, 3_000, "FOLLOWER", "LEADER");
    }

    static final class Decoding implements FuzzTarget {

        @Override
        public List<byte[]> seeds() {
            return RaftMessages.frames();
        }

        @Override
        public com.google.protobuf.Message shape() {
            return RaftFrame.getDefaultInstance();
        }

        @Override
        public String run(byte[] input) {
            try {
                List<PeerMessage> messages = RaftCodec.decode(RaftFrame.parseFrom(input));
                assertThat(RaftCodec.decode(RaftFrame.parseFrom(RaftMessages.frame(messages))))
                        .isEqualTo(messages);
                messages.forEach(Decoding::assertInRange);
                return "decoded " + messages.size();
            } catch (MalformedFrameException | InvalidProtocolBufferException malformed) {
                return "malformed: " + malformed.getMessage();
            }
        }

        private static void assertInRange(PeerMessage message) {
            if (message instanceof Envelope envelope && envelope.message() instanceof AppendRequest append) {
                assertThat(append.entries())
                        .allMatch(entry -> entry.index() > append.prev().index());
            }
        }
    }

    /** The messages of a frame to a follower, and to what it is after the next election: mostly the leader. */
    static final class Stepping implements FuzzTarget {

        @Override
        public List<byte[]> seeds() {
            return RaftMessages.frames();
        }

        @Override
        public com.google.protobuf.Message shape() {
            return RaftFrame.getDefaultInstance();
        }

        @Override
        public String run(byte[] input) {
            Replica replica = new Replica();
            try {
                List<PeerMessage> messages = RaftCodec.decode(RaftFrame.parseFrom(input));
                replica.receive(messages);
                replica.waitSeconds(3);
                replica.receive(messages);
                replica.waitSeconds(1);
                return replica.role() + " that grew to " + (replica.lastIndex() > 4);
            } catch (MalformedFrameException | InvalidProtocolBufferException malformed) {
                return "malformed";
            } catch (BrokenInvariantException broken) {
                return "broken: " + broken.getMessage();
            }
        }
    }

    /** One of three, whose disk is fast, and to which a peer grants every vote. */
    private static final class Replica {

        private final RawNode node;
        private long now = 1;

        Replica() {
            Membership members = Membership.of(RaftMessages.SELF, RaftMessages.PEER, RaftMessages.OTHER);
            List<Entry> log = List.of(
                    new Entry(1, 1, EntryType.NO_OP, Bytes.EMPTY),
                    new Entry(2, 2, EntryType.NO_OP, Bytes.EMPTY),
                    new Entry(3, 2, EntryType.COMMAND, Bytes.utf8("x")));
            Restored restored = new Restored(new HardState(2, RaftMessages.PEER, 2), LogPosition.ZERO, members, log);
            node = new RawNode(RaftConfig.defaults(), RaftMessages.SELF, restored, new SplittableRandom(1), now);
        }

        RoleKind role() {
            return node.role();
        }

        long lastIndex() {
            return node.status().last().index();
        }

        void receive(List<PeerMessage> messages) {
            for (PeerMessage message : messages) {
                if (message instanceof Envelope envelope) {
                    step(new Received(envelope.message(), now));
                }
            }
        }

        void waitSeconds(int seconds) {
            for (int tick = 0; tick < seconds * 10; tick++) {
                now += TimeUnit.MILLISECONDS.toNanos(100);
                step(new Tick(now));
            }
        }

        private void step(Input input) {
            Effects effects = node.step(input);
            if (effects.hasWrite()) {
                step(new Persisted(effects.persistId(), now));
            }
            if (!effects.committed().isEmpty()) {
                step(new Applied(effects.committed().getLast().index()));
            }
            effects.sendNow().forEach(this::answer);
            effects.sendAfterPersist().forEach(this::answer);
        }

        private void answer(Message message) {
            if (!message.to().equals(RaftMessages.PEER)) {
                return;
            }
            if (message instanceof PreVoteRequest request) {
                step(new Received(
                        new PreVoteResponse(RaftMessages.PEER, RaftMessages.SELF, request.term(), true), now));
            } else if (message instanceof VoteRequest request) {
                step(new Received(new VoteResponse(RaftMessages.PEER, RaftMessages.SELF, request.term(), true), now));
            }
        }
    }
}

package io.ostraka.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.LeaderAlive;
import io.ostraka.raft.core.input.PeerAlive;
import io.ostraka.raft.core.input.PeerUnreachable;
import io.ostraka.raft.core.input.Persisted;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.SnapshotOffered;
import io.ostraka.raft.core.input.SnapshotSent;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.input.TransferLeadership;
import io.ostraka.raft.core.input.Wake;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever types allow may arrive: no message may cost a replica anything but a stop over a broken invariant. */
final class HostileMessagesTest {

    private static final long MILLI = 1_000_000;

    @Test
    void randomMessagesNeverThrowAndNeverMoveTermOrCommitBack() {
        int stopped = 0;
        for (int seed = 1; seed <= 300; seed++) {
            stopped += survives(seed) ? 0 : 1;
        }
        // A forged append may contradict what is committed, and then the group must stop; that is rare.
        assertThat(stopped).isLessThan(200);
    }

    private static boolean survives(int seed) {
        Random random = new Random(seed);
        ReplicaId self = new ReplicaId(1);
        Membership membership = Membership.of(self, new ReplicaId(2), new ReplicaId(3));
        RawNode node = new RawNode(
                RaftConfig.defaults().withQuietAfterNanos(random.nextInt(2) * 300L * MILLI),
                self,
                Restored.fresh(membership),
                random,
                0);
        long term = 0;
        long commit = 0;
        long now = 0;
        for (int i = 0; i < 600; i++) {
            now += random.nextInt(200) * MILLI;
            Effects effects;
            try {
                effects = step(node, random, now);
            } catch (BrokenInvariantException e) {
                assertThat(e).hasMessageContaining("is committed");
                return false;
            }
            assertThat(node.term()).as("term, seed %d", seed).isBetween(term, Long.MAX_VALUE / 2);
            assertThat(node.commitIndex()).as("commit, seed %d", seed).isGreaterThanOrEqualTo(commit);
            term = node.term();
            commit = node.commitIndex();
            if (effects.hasWrite() && random.nextInt(3) > 0) {
                node.step(new Persisted(effects.persistId(), now));
            }
            node.status();
        }
        return true;
    }

    private static Effects step(RawNode node, Random random, long now) {
        ReplicaId peer = new ReplicaId(random.nextInt(5));
        long term = term(node, random);
        return switch (random.nextInt(20)) {
            case 0 -> node.step(new Tick(now));
            case 1 -> node.step(Propose.of(1, Bytes.EMPTY, random.nextBoolean() ? Budget.CLIENT : Budget.PROTOCOL));
            case 2 -> node.step(new Read(1, now));
            case 3 -> node.step(new TransferLeadership(random.nextBoolean() ? null : peer, now));
            case 4 -> node.step(new LeaderAlive(peer, term, now));
            case 5 -> node.step(new PeerAlive(peer, term, number(random), now));
            case 6 -> node.step(new PeerUnreachable(peer));
            case 7 -> node.step(new Wake(now));
            case 8 -> node.step(new SnapshotOffered(peer, term, position(random), Membership.of(peer), now));
            case 9 -> node.step(new SnapshotSent(peer, position(random), random.nextBoolean()));
            default -> node.step(new Received(message(node, random), now));
        };
    }

    private static Message message(RawNode node, Random random) {
        ReplicaId from = new ReplicaId(random.nextInt(5));
        ReplicaId to = new ReplicaId(random.nextInt(10) == 0 ? 2 : 1);
        long term = term(node, random);
        long round = number(random);
        return switch (random.nextInt(12)) {
            case 0 -> new PreVoteRequest(from, to, term, position(random));
            case 1 -> new PreVoteResponse(from, to, term, random.nextBoolean());
            case 2 -> new VoteRequest(from, to, term, position(random), random.nextBoolean());
            case 3 -> new VoteResponse(from, to, term, random.nextBoolean());
            case 4 -> new AppendRequest(from, to, term, position(random), entries(random), number(random), round);
            case 5 -> new AppendResponse(from, to, term, result(random), round);
            case 6 -> new Heartbeat(from, to, term, number(random), round);
            case 7 -> new HeartbeatResponse(from, to, term, round);
            case 8 -> new TimeoutNow(from, to, term);
            case 9 -> new SnapshotRequest(from, to, term, number(random));
            case 10 -> new ReadIndexRequest(from, to, term, number(random));
            default -> new ReadIndexResponse(from, to, term, number(random), number(random), random.nextBoolean());
        };
    }

    private static AppendResult result(Random random) {
        return random.nextBoolean()
                ? new AppendResult.Matched(number(random))
                : new AppendResult.Conflict(number(random), position(random));
    }

    private static List<Entry> entries(Random random) {
        List<Entry> entries = new ArrayList<>();
        long index = random.nextInt(5);
        long term = random.nextInt(4);
        for (int i = random.nextInt(4); i > 0; i--) {
            index += random.nextInt(20) == 0 ? number(random) : 1;
            term += random.nextInt(3) == 0 ? 1 : 0;
            EntryType type = random.nextBoolean() ? EntryType.COMMAND : EntryType.MEMBERSHIP;
            entries.add(new Entry(index, term, type, Bytes.EMPTY));
        }
        return entries;
    }

    private static LogPosition position(Random random) {
        return new LogPosition(number(random), number(random));
    }

    private static long term(RawNode node, Random random) {
        return random.nextInt(3) > 0 ? node.term() + random.nextInt(2) : number(random);
    }

    private static long number(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> Long.MIN_VALUE;
            case 2 -> -1;
            case 3 -> random.nextLong();
            default -> random.nextInt(6);
        };
    }
}

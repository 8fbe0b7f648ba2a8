package io.ostraka.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.input.Applied;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.PeerUnreachable;
import io.ostraka.raft.core.input.Persisted;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.Released;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.HeartbeatResponse;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.VoteResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Defects that other systems had, by their name in {@code docs/regressions.md}; each is shown not to be here. */
final class KnownDefectsTest {

    private static final ReplicaId ME = new ReplicaId(1);
    private static final ReplicaId B = new ReplicaId(2);
    private static final ReplicaId C = new ReplicaId(3);
    private static final RaftConfig CONFIG = RaftConfig.defaults();
    private static final long HEARTBEAT = CONFIG.heartbeatIntervalNanos();

    private final RawNode node = new RawNode(CONFIG, ME, Restored.fresh(Membership.of(ME, B, C)), new Random(1), 0);
    private long nowNanos;

    /** The whole tail of the log went out as one message, which the transport never took. */
    @Test
    void d7_followerFarBehindIsFedInAppendsOfBoundedSize() {
        lead();
        Bytes value = Bytes.wrap(new byte[200_000]);
        Queue<AppendRequest> toB = new ArrayDeque<>();
        for (int i = 0; i < 60; i++) {
            collect(toB, propose(value));
        }

        long sent = 0;
        for (AppendRequest next = toB.poll(); next != null; next = toB.poll()) {
            assertThat(bytesOf(next)).isLessThanOrEqualTo(CONFIG.maxAppendBytes());
            sent += bytesOf(next);
            long matched = next.prev().index() + next.entries().size();
            collect(toB, receive(new AppendResponse(B, ME, 1, new AppendResult.Matched(matched), next.round())));
        }

        assertThat(sent).isGreaterThanOrEqualTo(60L * value.size());
        assertThat(node.status().peers().getFirst().matchIndex()).isEqualTo(61);
    }

    /** Every message, an idle heartbeat too, made a replica write its whole state again. */
    @Test
    void d8_idleHeartbeatsWriteNothing() {
        lead();
        RawNode follower = new RawNode(CONFIG, B, Restored.fresh(Membership.of(ME, B, C)), new Random(2), 0);
        follower.step(new Received(new Heartbeat(ME, B, 1, 0, 1), 0));

        for (int round = 2; round < 50; round++) {
            assertThat(tick().hasWrite()).isFalse();
            answerHeartbeats(round);
            Effects heard = follower.step(new Received(new Heartbeat(ME, B, 1, 0, round), nowNanos));
            assertThat(heard.hasWrite()).isFalse();
            assertThat(follower.step(new Tick(nowNanos)).hasWrite()).isFalse();
        }
    }

    /** A snapshot went out again with every heartbeat, while the first was still on its way. */
    @Test
    void d10_snapshotIsAskedForOnceUntilItIsKnownWhatBecameOfIt() {
        lead();
        for (int i = 0; i < 5; i++) {
            propose(Bytes.utf8("x"));
        }
        receive(new AppendResponse(C, ME, 1, new AppendResult.Matched(6), 1));
        node.step(new Applied(6));
        node.step(new Released(new LogPosition(5, 1)));
        receive(new AppendResponse(B, ME, 1, new AppendResult.Matched(1), 1));

        List<SnapshotNeeded> asked =
                new ArrayList<>(node.step(new PeerUnreachable(B)).snapshots());
        for (int round = 2; round < 30; round++) {
            asked.addAll(tick().snapshots());
            asked.addAll(answerHeartbeats(round));
        }

        assertThat(asked).hasSize(1);
    }

    /** A leader whose peer was down sent to it as fast as a processor can. */
    @Test
    void d12_unreachableFollowerIsNotFloodedWithAppends() {
        lead();
        for (int i = 0; i < 100; i++) {
            propose(Bytes.utf8("x"));
            receive(new AppendResponse(C, ME, 1, new AppendResult.Matched(2 + i), 1));
        }
        Queue<AppendRequest> toB = new ArrayDeque<>();
        int ticks = 9;
        for (int i = 0; i < ticks; i++) {
            collect(toB, node.step(new PeerUnreachable(B)));
            collect(toB, tick());
            collect(toB, propose(Bytes.utf8("y")));
            receive(new HeartbeatResponse(C, ME, 1, 2 + i));
        }

        assertThat(node.role()).isEqualTo(RoleKind.LEADER);
        assertThat(toB.size()).isLessThanOrEqualTo(ticks);

        toB.clear();
        collect(toB, receive(new HeartbeatResponse(B, ME, 1, 2 + ticks)));
        assertThat(toB).hasSize(1);
    }

    /** A leader without a majority went on taking commands, which it could never commit. */
    @Test
    void d19_leaderWithoutAMajorityStepsDownAndRefuses() {
        lead();
        for (long waited = 0; waited < CONFIG.electionTimeoutMaxNanos() + 2 * HEARTBEAT; waited += HEARTBEAT) {
            tick();
        }

        assertThat(node.role()).isNotEqualTo(RoleKind.LEADER);
        assertThat(propose(Bytes.utf8("late")).proposals()).singleElement().isInstanceOf(ProposalOutcome.Refused.class);
    }

    private void lead() {
        nowNanos = 10 * CONFIG.electionTimeoutMaxNanos();
        node.step(new Tick(nowNanos));
        Effects stands = receive(new PreVoteResponse(B, ME, node.term() + 1, true));
        node.step(new Persisted(stands.persistId(), nowNanos));
        Effects leads = receive(new VoteResponse(B, ME, 1, true));
        node.step(new Persisted(leads.persistId(), nowNanos));
        receive(new AppendResponse(B, ME, 1, new AppendResult.Matched(1), 1));
        receive(new AppendResponse(C, ME, 1, new AppendResult.Matched(1), 1));
        assertThat(node.role()).isEqualTo(RoleKind.LEADER);
    }

    private Effects propose(Bytes command) {
        Effects effects = node.step(Propose.of(7, command, Budget.CLIENT));
        node.step(new Persisted(effects.persistId(), nowNanos));
        return effects;
    }

    private Effects tick() {
        nowNanos += HEARTBEAT;
        return node.step(new Tick(nowNanos));
    }

    private List<SnapshotNeeded> answerHeartbeats(long round) {
        List<SnapshotNeeded> asked = new ArrayList<>();
        asked.addAll(receive(new HeartbeatResponse(B, ME, 1, round)).snapshots());
        asked.addAll(receive(new HeartbeatResponse(C, ME, 1, round)).snapshots());
        return asked;
    }

    private Effects receive(Message message) {
        return node.step(new Received(message, nowNanos));
    }

    private static void collect(Queue<AppendRequest> toB, Effects effects) {
        for (Message message : effects.sendNow()) {
            if (message.to().equals(B) && message instanceof AppendRequest append) {
                toB.add(append);
            }
        }
    }

    private static long bytesOf(AppendRequest append) {
        return append.entries().stream()
                .mapToLong(entry -> entry.payload().size())
                .sum();
    }
}

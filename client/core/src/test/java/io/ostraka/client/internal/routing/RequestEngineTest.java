package io.ostraka.client.internal.routing;

import static io.ostraka.client.internal.routing.EngineScript.G101;
import static io.ostraka.client.internal.routing.EngineScript.SHARD_TIME;
import static io.ostraka.client.internal.routing.EngineScript.get;
import static io.ostraka.client.internal.routing.EngineScript.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.Bytes;
import io.ostraka.client.Write;
import io.ostraka.client.internal.routing.Effects.Failure.Kind;
import io.ostraka.client.internal.routing.Effects.Send;
import io.ostraka.proto.Limits;
import io.ostraka.proto.StatusCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where requests go: maps, hints, leaders, silence. */
class RequestEngineTest {

    private final EngineScript script = EngineScript.ready();

    @Test
    void firstRequestFetchesTheMapAndProbesAllReplicasAtOnce() {
        EngineScript fresh = new EngineScript();

        fresh.submit(get());
        assertThat(fresh.mapsWanted).isEqualTo(1);
        assertThat(fresh.sent).isEmpty();
        fresh.map(EngineScript.G100, 1);

        assertThat(fresh.nodesSentTo()).containsExactly("a", "b", "c");
    }

    @Test
    void othersWaitForTheProbeAndFollowItToTheLeader() {
        EngineScript fresh = new EngineScript();
        for (int i = 0; i < 10; i++) {
            fresh.submit(get());
        }
        fresh.map(EngineScript.G100, 1);
        assertThat(fresh.sent).hasSize(3);

        fresh.notLeader(fresh.lastTo("b"), "c");

        assertThat(fresh.nodesSentTo().subList(3, fresh.sent.size()))
                .containsOnly("c")
                .hasSize(9);
    }

    /** Regression for eRaft's D13: the leader was never remembered. */
    @Test
    void leaderIsRememberedSoThatTheNextRequestGoesStraightToIt() {
        script.submit(get());

        assertThat(script.nodesSentTo()).containsExactly("a");
    }

    @Test
    void notLeaderWithAHintCostsOneMoreHop() {
        script.submit(put());
        script.notLeader(script.lastTo("a"), "b");

        assertThat(script.nodesSentTo()).containsExactly("a", "b");
        assertThat(script.mapsWanted).isZero();
        script.ok(script.lastTo("b"));
        assertThat(script.ended).hasSize(1);

        script.submit(put());
        assertThat(script.nodesSentTo()).containsExactly("a", "b", "b");
    }

    @Test
    void notLeaderWithoutAHintProbesTheOthers() {
        script.submit(get());
        script.notLeader(script.lastTo("a"), "");

        assertThat(script.nodesSentTo()).startsWith("a").contains("b", "c");
    }

    @Test
    void movedShardCostsOneMoreRoundTripAndNoQuestionToTheController() {
        script.submit(put());
        script.wrongGroup(script.lastTo("a"), G101, 2);

        assertThat(script.nodesSentTo()).containsExactly("a", "d", "e", "f");
        script.ok(script.lastTo("e"));
        script.submit(put());

        assertThat(script.lastTo("e")).isEqualTo(script.sent.get(script.sent.size() - 1));
        assertThat(script.mapsWanted).isZero();
    }

    @Test
    void mapOfAnOlderEpochDoesNotSendTheClientBack() {
        script.submit(put());
        script.wrongGroup(script.lastTo("a"), G101, 2);
        script.ok(script.lastTo("d"));

        script.map(EngineScript.G100, 1);
        script.submit(put());

        assertThat(script.sent.get(script.sent.size() - 1).node()).isEqualTo("d");
    }

    @Test
    void hintOfAnOlderEpochIsNotFollowedAndTheMapIsFetched() {
        script.submit(put());
        script.wrongGroup(script.lastTo("a"), G101, 2);
        script.wrongGroup(script.lastTo("d"), EngineScript.G100, 1);

        script.notLeader(script.lastTo("e"), "d");
        script.notLeader(script.lastTo("f"), "d");
        assertThat(script.nodesSentTo()).containsExactly("a", "d", "e", "f");
        script.pass(150);
        assertThat(script.nodesSentTo()).doesNotContainSubsequence("d", "a");
        assertThat(script.mapsWanted).isEqualTo(1);
    }

    @Test
    void deadLeaderIsReplacedByProbingTheReplicasInParallel() {
        script.submit(get());
        script.lose("a");

        assertThat(script.nodesSentTo()).containsExactly("a", "a", "b", "c");
        script.ok(script.lastTo("c"));
        script.submit(get());
        assertThat(script.sent.get(script.sent.size() - 1).node()).isEqualTo("c");
    }

    @Test
    void groupThatIsStillElectingIsProbedAgainWithGrowingPauses() {
        script.submit(get());
        script.unreachable("a", "b", "c");
        int probes = 0;
        for (int i = 0; i < 40; i++) {
            script.refuseConnections();
            int before = script.sent.size();
            script.pass(50);
            probes += script.sent.size() > before ? 1 : 0;
        }

        assertThat(probes).isBetween(8, 30);
        assertThat(script.ended).isEmpty();
        assertThat(script.mapsWanted).isPositive();
    }

    @Test
    void silentLeaderIsSuspectedAndItsPeersAreAsked() {
        script.submit(put());

        script.pass(1_400);
        assertThat(script.nodesSentTo()).containsExactly("a");
        script.pass(200);
        assertThat(script.nodesSentTo()).containsExactly("a", "b", "c");
        script.notLeader(script.lastTo("b"), "a");
        script.notLeader(script.lastTo("c"), "a");
        assertThat(script.sent).hasSize(3);
        script.pass(500);

        assertThat(script.sent.size()).isGreaterThan(3);
        script.ok(script.lastTo("b"));
        assertThat(script.ended).hasSize(1);
    }

    @Test
    void slowLeaderThatAnswersOthersIsNotAskedTwice() {
        script.submit(put());
        for (int i = 0; i < 8; i++) {
            script.submit(get());
            script.pass(500);
            script.ok(script.lastTo("a"));
        }

        assertThat(script.nodesSentTo()).containsOnly("a").hasSize(9);
    }

    @Test
    void nodeThatNeverAnswersIsDisconnected() {
        script.submit(put());
        script.pass(4_900);
        script.submit(put());
        script.pass(4_900);

        assertThat(script.disconnects).contains("a");
    }

    @Test
    void unreachableControllersAreNamedWhenTheDeadlinePasses() {
        EngineScript fresh = new EngineScript();
        fresh.submit(put());
        fresh.mapUnavailable("127.0.0.1:7100: connection refused");
        fresh.pass(5_001);

        assertThat(fresh.failure().kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(fresh.failure().message()).contains("127.0.0.1:7100", "refused", "put of \"key\"", "within 5000 ms");
    }

    @Test
    void silentControllersAreNamedToo() {
        EngineScript fresh = new EngineScript();
        fresh.submit(put());
        fresh.pass(5_001);

        assertThat(fresh.failure().message()).contains("no answer yet from the controllers, k:1");
    }

    @Test
    void shardThatNobodyHoldsIsWaitedForUntilAGroupJoins() {
        EngineScript fresh = new EngineScript();
        fresh.submit(get());
        fresh.map(null, 0);
        fresh.pass(1_000);
        assertThat(fresh.mapsWanted).isGreaterThan(1);

        fresh.map(EngineScript.G100, 0);

        assertThat(fresh.nodesSentTo()).containsExactly("a", "b", "c");
    }

    @Test
    void overloadedLeaderIsLeftAloneForAWhile() {
        script.submit(put());
        script.answer(script.lastTo("a"), StatusCode.OVERLOADED);
        assertThat(script.sent).hasSize(1);

        script.pass(20);

        assertThat(script.nodesSentTo()).containsExactly("a", "a");
    }

    @Test
    void retryAfterIsHonoured() {
        script.submit(get());
        Send send = script.lastTo("a");
        script.reply(
                send,
                new Reply(send.attempt(), StatusCode.RETRY_AFTER, "", Reply.Content.NONE, 0, new Reply.Way(null, 700)));
        script.pass(699);
        assertThat(script.sent).hasSize(1);
        script.pass(2);
        assertThat(script.sent).hasSize(2);
    }

    @Test
    void readFromAnyReplicaGoesToOneAndTeachesNoLeader() {
        script.submit(new Operation.Get(Bytes.utf8("key"), Duration.ofSeconds(1)));
        Send sent = script.sent.get(0);
        assertThat(script.sent).hasSize(1);
        script.ok(sent);
        script.submit(get());

        assertThat(script.sent.get(1).node()).isEqualTo("a");
    }

    /** The attempts that the first request left behind say nothing of the group, so they must not hold others back. */
    @Test
    void probeWhoseRequestWasServedElsewhereHoldsNobodyBack() {
        script.lose("a");
        script.submit(get());
        script.wrongGroup(script.lastTo("a"), G101, 2);
        script.ok(script.lastTo("d"));
        assertThat(script.ended).hasSize(1);
        script.map(EngineScript.G100, 3);
        script.sent.clear();

        script.submit(get());

        assertThat(script.sent).extracting(Send::node).containsExactly("a", "b", "c");
    }

    @Test
    void badRequestsAreRefusedBeforeTheyAreSent() {
        Bytes key = Bytes.utf8("k");
        script.submit(new Operation.Get(Bytes.EMPTY, null));
        script.submit(new Operation.Get(Bytes.wrap(new byte[Limits.KEY_BYTES_MAX + 1]), null));
        Bytes huge = Bytes.wrap(new byte[Limits.VALUE_BYTES_MAX_CEILING + 1]);
        script.submit(new Operation.Change(Write.put(key, huge)));
        script.submit(new Operation.Batch(List.of()));
        Write megabyte = Write.put(key, Bytes.wrap(new byte[1 << 20]));
        script.submit(new Operation.Batch(List.of(megabyte, megabyte, megabyte, megabyte, megabyte)));
        script.submit(new Operation.Change(new Write.Put(key, key, -1)));
        script.submit(new Operation.Change(Write.compareAndSet(key, -1, key)));

        assertThat(script.sent).isEmpty();
        assertThat(script.ended).hasSize(7).allSatisfy(ended -> {
            assertThat(ended.failure()).isNotNull();
            assertThat(ended.failure()).extracting(Effects.Failure::kind).isEqualTo(Kind.INVALID);
        });
    }

    @Test
    void streamOfAnotherClusterEndsItsRequestsAsIncompatible() {
        script.submit(put());
        script.refuseStream("a", StatusCode.WRONG_CLUSTER);

        assertThat(script.failure().kind()).isEqualTo(Kind.INCOMPATIBLE);
        assertThat(script.failure().message()).contains("WRONG_CLUSTER", "you are not of us");
    }

    @Test
    void answeredWriteCarriesTheShardsTime() {
        script.submit(put());

        assertThat(script.header(script.lastTo("a")).t0Millis()).isEqualTo(SHARD_TIME);
    }
}

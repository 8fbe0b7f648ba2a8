package io.ostraka.client.internal.routing;

import static io.ostraka.client.internal.routing.EngineScript.SHARD_TIME;
import static io.ostraka.client.internal.routing.EngineScript.get;
import static io.ostraka.client.internal.routing.EngineScript.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.RequestId;
import io.ostraka.client.internal.routing.Effects.Failure.Kind;
import io.ostraka.client.internal.routing.Effects.Header;
import io.ostraka.client.internal.routing.Effects.Send;
import io.ostraka.proto.Limits;
import io.ostraka.proto.StatusCode;
import org.junit.jupiter.api.Test;

/** "Refusals are verdicts": when a write counts as applied, not applied, or unknown (DESIGN section 6). */
class OutcomeRulesTest {

    private final EngineScript script = EngineScript.ready();

    @Test
    void writeWhoseEveryAttemptWasRefusedIsNotApplied() {
        script.submit(put());
        script.answer(script.lastTo("a"), StatusCode.OVERLOADED);
        while (script.ended.isEmpty()) {
            script.pass(600);
            if (script.ended.isEmpty()) {
                script.answer(script.lastTo("a"), StatusCode.OVERLOADED);
            }
        }

        assertThat(script.failure().kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(script.failure().message()).contains("OVERLOADED");
    }

    @Test
    void writeThatNeverReachedANodeIsNotApplied() {
        script.unreachable("a", "b", "c");
        script.submit(put());
        for (int i = 0; i < 60; i++) {
            script.refuseConnections();
            script.pass(100);
        }

        assertThat(script.failure().kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void lostAttemptLeavesTheOutcomeOpenHoweverTheOthersEnd() {
        script.submit(put());
        script.unreachable("a", "b", "c");
        for (int i = 0; i < 60; i++) {
            script.refuseConnections();
            script.pass(100);
        }

        assertThat(script.failure().kind()).isEqualTo(Kind.OUTCOME_UNKNOWN);
        RequestId request = script.unknownRequest();
        assertThat(request.number()).isEqualTo(1);
        assertThat(request.t0Millis()).isEqualTo(SHARD_TIME);
    }

    @Test
    void writeThatWasNotHandedOverBeforeItsDeadlineNeverLeaves() {
        script.unreachable("a", "b", "c");
        script.submit(put());
        script.pass(5_001);

        assertThat(script.failure().kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(script.sent).isNotEmpty().noneMatch(send -> script.handOver(send));
    }

    @Test
    void lostReadIsOnlyUnavailable() {
        script.submit(get());
        script.unreachable("a", "b", "c");
        for (int i = 0; i < 60; i++) {
            script.refuseConnections();
            script.pass(100);
        }

        assertThat(script.failure().kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void retriesRepeatNumberAndT0() {
        script.submit(put());
        Header first = script.header(script.lastTo("a"));
        script.pass(900);
        script.lose("a");
        Header second = script.header(script.lastTo("b"));

        assertThat(second).isEqualTo(first);
    }

    @Test
    void unknownOutcomeOfOneAttemptIsAskedAgainUnderTheSameNumber() {
        script.submit(put());
        Send first = script.lastTo("a");
        script.answer(first, StatusCode.UNKNOWN_OUTCOME);
        script.pass(300);
        Send again = script.lastTo("b");

        assertThat(script.header(again).number()).isEqualTo(script.header(first).number());
        script.ok(again);
        assertThat(script.ended.get(0).reply()).isNotNull();
    }

    @Test
    void expiredSessionOnTheOnlyAttemptIsResentUnderANewNumber() {
        script.submit(put());
        script.answer(script.lastTo("a"), StatusCode.SESSION_EXPIRED);

        assertThat(script.header(script.sent.get(0)).number()).isEqualTo(1);
        assertThat(script.header(script.sent.get(1)).number()).isEqualTo(2);
        assertThat(script.header(script.sent.get(1)).lowestUnanswered()).isEqualTo(2);
    }

    @Test
    void expiredSessionAfterALostAttemptIsUnknown() {
        script.submit(put());
        script.lose("a");
        script.answer(script.lastTo("b"), StatusCode.SESSION_EXPIRED);
        script.notLeader(script.lastTo("a"), "");
        script.notLeader(script.lastTo("c"), "");

        assertThat(script.failure().kind()).isEqualTo(Kind.OUTCOME_UNKNOWN);
    }

    @Test
    void expiredSessionWaitsForTheOtherAttemptsOfAProbe() {
        EngineScript fresh = new EngineScript();
        fresh.submit(get());
        fresh.map(EngineScript.G100, 1);
        fresh.ok(fresh.lastTo("a"));
        fresh.unreachable("a");
        fresh.submit(put());
        fresh.answer(fresh.lastTo("b"), StatusCode.SESSION_EXPIRED);
        int before = fresh.sent.size();
        fresh.notLeader(fresh.lastTo("c"), "");
        assertThat(fresh.sent).hasSize(before);
        fresh.refuseConnections();

        assertThat(fresh.sent).hasSize(before + 1);
        assertThat(fresh.header(fresh.lastTo("b")).number()).isEqualTo(2);
    }

    @Test
    void writeWithoutATimeTakesItFromTheRefusal() {
        EngineScript fresh = new EngineScript();
        fresh.submit(put());
        fresh.map(EngineScript.G100, 1);
        assertThat(fresh.header(fresh.lastTo("a")).t0Millis()).isZero();
        fresh.notLeader(fresh.lastTo("b"), "a");
        fresh.notLeader(fresh.lastTo("c"), "a");
        fresh.answer(fresh.lastTo("a"), StatusCode.TIME_NEEDED);

        Header stamped = fresh.header(fresh.lastTo("a"));
        assertThat(stamped.number()).isEqualTo(1);
        assertThat(stamped.t0Millis()).isEqualTo(SHARD_TIME);
    }

    @Test
    void timeTooFarAheadMakesANewWriteIfNoOtherAttemptIsOpen() {
        script.submit(put());
        script.answer(script.lastTo("a"), StatusCode.TIME_NEEDED);

        assertThat(script.header(script.lastTo("a")).number()).isEqualTo(2);
    }

    @Test
    void timeTooFarAheadProvesNothingAboutALostAttempt() {
        script.submit(put());
        script.lose("a");
        script.answer(script.lastTo("b"), StatusCode.TIME_NEEDED);
        script.pass(600);

        assertThat(script.header(script.lastTo("b")).number()).isEqualTo(1);
        assertThat(script.header(script.lastTo("b")).t0Millis()).isEqualTo(SHARD_TIME);
    }

    @Test
    void invalidRequestIsRefusedForGood() {
        script.submit(put());
        script.answer(script.lastTo("a"), StatusCode.INVALID);

        assertThat(script.failure().kind()).isEqualTo(Kind.INVALID);
    }

    @Test
    void conditionThatDoesNotHoldIsAResult() {
        script.submit(put());
        script.answer(script.lastTo("a"), StatusCode.CONDITION_FAILED);

        assertThat(script.ended.get(0).reply()).isNotNull();
    }

    @Test
    void cancelledWriteIsNotApplied() {
        script.submit(put());
        script.lose("a");
        script.answer(script.lastTo("b"), StatusCode.CANCELLED);

        assertThat(script.failure().kind()).isEqualTo(Kind.CANCELLED);
    }

    @Test
    void unknownWriteIsAskedForUnderItsOwnNumberWhichItHoldsUntilThen() {
        script.submit(put());
        script.lose("a");
        script.pass(5_001);
        RequestId unknown = script.unknownRequest();
        script.submit(put());
        Header later = script.header(script.sent.get(script.sent.size() - 1));
        assertThat(later.lowestUnanswered()).isEqualTo(unknown.number());
        script.ok(script.lastTo("b"));

        long ask = script.submit(new Operation.Ask(unknown));
        script.pass(300);
        Send asking = script.sent.stream()
                .filter(send -> send.operation() instanceof Operation.Ask)
                .reduce((first, second) -> second)
                .orElseThrow();
        assertThat(script.header(asking).number()).isEqualTo(unknown.number());
        assertThat(script.header(asking).t0Millis()).isEqualTo(unknown.t0Millis());
        script.ok(asking);

        assertThat(script.ended).anyMatch(ended -> ended.id() == ask && ended.reply() != null);
    }

    /** The other client may live, and wait for answers to numbers below. */
    @Test
    void askingForAnotherClientsWriteEndsNoWaitOfThatClient() {
        script.submit(put());
        script.ok(script.lastTo("a"));

        script.submit(new Operation.Ask(new RequestId(70, 71, 0, 5_000, 1_000)));
        Header far = script.header(script.sent.get(script.sent.size() - 1));
        script.submit(new Operation.Ask(new RequestId(70, 71, 0, 3, 1_000)));
        Header near = script.header(script.sent.get(script.sent.size() - 1));

        assertThat(far.number() - far.lowestUnanswered()).isEqualTo(Limits.SESSION_WINDOW - 1);
        assertThat(near.lowestUnanswered()).isZero();
    }

    @Test
    void windowOfAShardBoundsItsUnansweredWrites() {
        for (int i = 0; i < Limits.SESSION_WINDOW + 5; i++) {
            script.submit(put());
        }
        assertThat(script.sent).hasSize(Limits.SESSION_WINDOW);

        script.ok(script.sent.get(0));

        assertThat(script.sent).hasSize(Limits.SESSION_WINDOW + 1);
        assertThat(script.header(script.lastTo("a")).lowestUnanswered()).isEqualTo(2);
    }
}

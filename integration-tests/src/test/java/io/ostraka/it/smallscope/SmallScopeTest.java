package io.ostraka.it.smallscope;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** With all rules on, nothing that must never be can be reached, and everything planned is reached in the end. */
final class SmallScopeTest {

    /** How many states to look at where a scope has more. */
    private static final int STATES = Integer.getInteger("scope.states", 800_000);

    private static final int CONTINUED = 400;

    @Test
    void nothingGoesWrongWithinTwoPlans() {
        Explorer.Outcome outcome = searched(Scope.of(2, 2, 0), Integer.MAX_VALUE);

        assertThat(outcome.whole()).as("all states were seen").isTrue();
    }

    @Test
    void nothingGoesWrongWithinThreePlansAndTwoWrites() {
        searched(Scope.of(3, 2, 2), STATES);
    }

    @Test
    void nothingGoesWrongAfterTheShardCameBack() {
        searched(Scope.of(2, 1, 1).after(2), STATES / 8);
    }

    @Test
    void nothingGoesWrongWhereLeadersLagBehindTheirLogs() {
        searched(Scope.of(2, 1, 0).with(Scope.Kind.OLD_VIEWS), STATES / 8);
        Explorer.Outcome again =
                searched(Scope.ofMoves(1, 1, 0).with(Scope.Kind.OLD_VIEWS).after(2), STATES);

        assertThat(again.whole()).as("all states were seen").isTrue();
    }

    @Test
    void nothingGoesWrongWhileTimePasses() {
        searched(Scope.ofMoves(2, 1, 2).with(Scope.Kind.TIME), STATES / 16);
    }

    @Test
    void nothingGoesWrongWhereSourcesCopyWhileTheyServe() {
        searched(Scope.ofMoves(2, 1, 2).with(Scope.Kind.COPIES_WHILE_SERVING), STATES / 16);
    }

    @Test
    void nothingIsExecutedTwiceWithinASmallTableOfSessions() {
        Explorer.Outcome outcome = new Explorer(new SessionModel()).explore(Integer.MAX_VALUE);

        assertThat(outcome.violation()).as(outcome::told).isNull();
        assertThat(outcome.whole()).as("all states were seen").isTrue();
    }

    private static Explorer.Outcome searched(Scope scope, int statesMax) {
        HandOverModel model = new HandOverModel(scope);
        Explorer explorer = new Explorer(model);

        Explorer.Outcome outcome = explorer.explore(statesMax);

        assertThat(outcome.violation()).as(outcome::told).isNull();
        System.out.printf(
                "%s: %,d states%s, up to %d steps away; %s%n",
                scope, outcome.states(), outcome.whole() ? ", which are all" : "", outcome.depth(), model.sizes());
        assertPlanIsReached(model, explorer, outcome.states());
        return outcome;
    }

    /** From states all over the search: the plan is carried out once nobody changes it any more. */
    private static void assertPlanIsReached(HandOverModel model, Explorer explorer, int states) {
        assertThat(model.continuation().stuck(explorer, states, CONTINUED)).isEmpty();
    }
}

package io.ostraka.it.smallscope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each rule that is taken out of the system is missed, within the scope that its row names; where another rule stands
 * for it, nothing goes wrong. If this fails, the search has become blind, or a rule needless.
 */
final class RulesTakenOutTest {

    private static final int STATES_MAX = 150_000;

    /** Where nothing goes wrong and there is no end: chunks may be logged again and again. */
    private static final int STATES_WITHOUT_END = 30_000;

    private static final List<String> TABLE = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(RuleTakenOut.class)
    void ruleThatIsTakenOutIsMissed(RuleTakenOut rule) {
        Found found = rule.search(rule == RuleTakenOut.DIGEST_COMPARED ? STATES_WITHOUT_END : STATES_MAX);

        TABLE.add("| %s | %s | %s |"
                .formatted(
                        rule.rule(),
                        found.violation().isEmpty() ? "nothing: there is " + rule.outcome() : found.violation(),
                        found.violation().isEmpty()
                                ? "- of %,d states%s".formatted(found.states(), found.whole() ? ", all" : "")
                                : "%d, %,d states".formatted(found.steps(), found.states())));
        if (rule.isNeeded()) {
            assertThat(found.violation()).isEqualTo(rule.outcome());
            System.out.println(rule + ":\n" + found.told());
        } else {
            assertThat(found.violation()).as(found::told).isEmpty();
        }
    }

    @AfterAll
    static void printTable() {
        System.out.println("| rule left out | what breaks | steps |\n| --- | --- | --- |");
        TABLE.forEach(System.out::println);
    }
}

package io.ostraka.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.sim.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShrinkingTest {

    private static final long SECOND = 1_000_000_000L;
    private static final RunPlan WHOLE = RunPlan.of(7, 40 * SECOND, Density.DENSE);

    /** A fault of each kind a second. */
    private static List<String> faults(RunPlan plan) {
        return IntStream.rangeClosed(1, (int) (plan.faultyNanos() / SECOND))
                .boxed()
                .flatMap(second -> Stream.of(Fault.PAUSE, Fault.PARTITION, Fault.MACHINE_CRASH)
                        .filter(plan::has)
                        .map(fault -> fault + "." + second))
                .filter(plan::has)
                .toList();
    }

    private static Function<RunPlan, Shrinking.@Nullable Failure> failing(Predicate<RunPlan> condition) {
        return plan -> condition.test(plan) ? new Shrinking.Failure("Oracle", "wrong", faults(plan)) : null;
    }

    private static RunPlan smallest(Predicate<RunPlan> condition, int runsMax) {
        Function<RunPlan, Shrinking.@Nullable Failure> run = failing(condition);
        return Shrinking.shrink(run, runsMax, WHOLE, new Shrinking.Failure("Oracle", "wrong", faults(WHOLE)))
                .plan();
    }

    @Test
    void twoFaultsThatItTakesAreLeft_andNoLongerAndWithNoMoreThanItTakes() {
        RunPlan found = smallest(
                plan -> faults(plan).containsAll(Set.of("PAUSE.3", "MACHINE_CRASH.9"))
                        && plan.clientsMax() >= 2
                        && plan.groupsMax() >= 3,
                1_000);

        assertThat(found.only()).containsExactlyInAnyOrder("PAUSE.3", "MACHINE_CRASH.9");
        assertThat(found.off()).containsExactly(Fault.PARTITION);
        assertThat(found.clientsMax()).isEqualTo(2);
        assertThat(found.groupsMax()).isEqualTo(3);
        assertThat(found.faultyNanos()).isBetween(9 * SECOND, 11 * SECOND);
    }

    @Test
    void whatTakesNoFaultHasNone() {
        RunPlan found = smallest(plan -> true, 1_000);

        assertThat(found.only()).isEmpty();
        assertThat(found.clientsMax()).isEqualTo(1);
        assertThat(found.groupsMax()).isEqualTo(1);
    }

    @Test
    void anotherOraclesFindingIsNotTheSameFailure() {
        Shrinking.Smallest found = Shrinking.shrink(
                plan -> new Shrinking.Failure("Another", "wrong", List.of()),
                1_000,
                WHOLE,
                new Shrinking.Failure("Oracle", "wrong", faults(WHOLE)));

        assertThat(found.plan()).isEqualTo(WHOLE);
    }

    @Test
    void itEndsAfterSoManyRuns() {
        int[] runs = new int[1];
        smallest(
                plan -> {
                    runs[0]++;
                    return faults(plan).contains("PAUSE.30");
                },
                12);

        assertThat(runs[0]).isEqualTo(12);
    }

    @Test
    void theCommandLineSaysWhatIsLeft() {
        RunPlan plan = WHOLE.lasting(1_500_000_000)
                .withClients(2)
                .without(Fault.PAUSE)
                .withOnly(Set.of("BRIDGE.2", "BRIDGE.1"));

        assertThat(plan.words())
                .isEqualTo("-Dsystem.seed=7 -Dsystem.nanos=1500000000 -Dsystem.clients=2 -Dsystem.off=PAUSE"
                        + " -Dsystem.only=BRIDGE.1,BRIDGE.2");
        assertThat(WHOLE.words()).isEqualTo("-Dsystem.seed=7 -Dsystem.seconds=40");
    }

    /** Whoever leaves faults out of a run must know that all others happen as before. */
    @Test
    void aRunOfAllItsFaultsIsTheRunOfItsSeed() {
        try (ErrorLog errors = new ErrorLog()) {
            List<String> faults = new ArrayList<>();
            RunPlan plan = RunPlan.of(2, 10 * SECOND, Density.DENSE);
            String digest = SystemSimulation.run(plan, null, faults::add).digest();
            List<String> again = new ArrayList<>();

            assertThat(SystemSimulation.run(plan.withOnly(Set.copyOf(faults)), null, again::add)
                            .digest())
                    .isEqualTo(digest);
            assertThat(again).isEqualTo(faults);
            errors.check();
        }
    }
}

package io.ostraka.raft.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Runs thousands of seeds of the simulator, each twice. Settings, all as {@code -Dsim.…}: {@code seed} runs only that
 * one, {@code trace=full} prints everything that happens in it, {@code seeds} and {@code first} choose how many and
 * from where, {@code events} how long the safety phase is.
 */
@NullMarked
final class RaftSimulationTest {

    private static final int THREADS = 2;
    private static final int FAILURES_MAX = 5;
    private static final long EVENTS = Long.getLong("sim.events", 5_000);

    /** What all runs together did. */
    private static final class Sum {
        private final FaultCounts faults = new FaultCounts();
        private long runs;
        private long virtualNanos;
        private long events;
        private long acknowledged;
        private long reads;
        private long leaders;

        private synchronized void add(Simulation.Report report) {
            faults.add(report.faults());
            runs++;
            virtualNanos += report.virtualNanos();
            events += report.events();
            acknowledged += report.acknowledged();
            reads += report.reads();
            leaders += report.leaders();
        }

        private synchronized String text(double wallSeconds) {
            return String.format(
                    "%d seeds, each twice: %.1f virtual hours, %d events, %d leaders elected, %d commands acknowledged,"
                            + " %d linearizable reads, %d faults in %.0f s%nfaults: %s",
                    runs,
                    virtualNanos / 3.6e12,
                    events,
                    leaders,
                    acknowledged,
                    reads,
                    faults.total(),
                    wallSeconds,
                    faults);
        }
    }

    @Test
    void everySeedKeepsEveryInvariantAndRunsTheSameTwice() throws InterruptedException {
        long only = Long.getLong("sim.seed", 0);
        long first = only != 0 ? only : Long.getLong("sim.first", 1);
        long count = only != 0 ? 1 : Long.getLong("sim.seeds", 2_000);
        Sum sum = new Sum();
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        AtomicLong next = new AtomicLong(first);
        long began = System.nanoTime();

        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (long seed = next.getAndIncrement();
                        seed < first + count && failures.size() < FAILURES_MAX;
                        seed = next.getAndIncrement()) {
                    runTwice(seed, sum, failures);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        System.out.println(sum.text((System.nanoTime() - began) / 1e9));
        if (!failures.isEmpty()) {
            fail(String.join("\n\n", failures));
        }
        assertThat(sum.runs).isEqualTo(count);
    }

    private static void runTwice(long seed, Sum sum, List<String> failures) {
        try {
            Simulation.Report report = Simulation.run(seed, Tampering.NONE, EVENTS, lines());
            String again = Simulation.run(seed, Tampering.NONE, EVENTS, null).digest();
            if (!again.equals(report.digest())) {
                failures.add("seed " + seed + " ran in two ways" + replay(seed));
            }
            sum.add(report);
        } catch (InvariantViolation | RuntimeException e) {
            failures.add("seed " + seed + ": " + e.getMessage() + replay(seed));
        }
    }

    private static @Nullable Consumer<String> lines() {
        return "full".equals(System.getProperty("sim.trace")) ? System.out::println : null;
    }

    private static String replay(long seed) {
        return "\nreplay with: mvn -pl raft/testkit -am test -Dtest=RaftSimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dsim.seed=" + seed + " -Dsim.events=" + EVENTS
                + " -Dsim.trace=full";
    }
}

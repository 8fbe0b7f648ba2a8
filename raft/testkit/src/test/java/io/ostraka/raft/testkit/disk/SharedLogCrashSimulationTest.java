package io.ostraka.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.runtime.storage.DiskException;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Crashes the log before each single call of the disk, again while it recovers, and again after that; after each crash
 * it must hold everything that was answered and a prefix of what was not. Another seed: {@code -Dostraka.seed=N}.
 */
@NullMarked
final class SharedLogCrashSimulationTest {

    private static final int STEPS = 40;
    private static final long FIRST_SEED = Long.getLong("ostraka.seed", 1);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130})
    void crashBeforeAnyDiskCallLosesNothingThatWasAnswered(int offset) throws DiskException {
        long seed = FIRST_SEED + offset;
        int calls = countCalls(seed);
        assertThat(calls).isGreaterThan(STEPS);
        for (int crashAt = 0; crashAt < calls; crashAt++) {
            SimulatedDisk disk = new SimulatedDisk();
            try {
                crashAndRecover(
                        disk, new LogRun(disk, seed), crashAt, new SplittableRandom(seed * 1_000_003 + crashAt));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", crash before call " + crashAt, e);
            }
        }
    }

    private static void crashAndRecover(SimulatedDisk disk, LogRun run, int crashAt, SplittableRandom random)
            throws DiskException {
        crashAfter(disk, crashAt, () -> run.live(STEPS));
        crash(disk, random);
        while (random.nextInt(3) > 0) {
            crashAfter(disk, random.nextInt(30), () -> run.live(5));
            crash(disk, random);
        }
        run.live(10);
        run.recover();
    }

    private static void crash(SimulatedDisk disk, SplittableRandom random) {
        if (random.nextInt(3) == 0) {
            disk.killProcess();
        } else {
            disk.losePower(random);
        }
    }

    private interface Life {
        void live() throws DiskException;
    }

    private static void crashAfter(SimulatedDisk disk, int calls, Life life) throws DiskException {
        int[] left = {calls};
        disk.listen(_ -> {
            if (left[0]-- == 0) {
                throw new DiskCall.PowerLoss();
            }
        });
        try {
            life.live();
        } catch (DiskCall.PowerLoss e) {
            assertThat(left[0]).isLessThan(0);
        }
    }

    private static int countCalls(long seed) throws DiskException {
        SimulatedDisk disk = new SimulatedDisk();
        int[] calls = {0};
        disk.listen(_ -> calls[0]++);
        new LogRun(disk, seed).live(STEPS);
        return calls[0];
    }
}

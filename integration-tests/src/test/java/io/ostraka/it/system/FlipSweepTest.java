package io.ostraka.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/**
 * A flip of each byte: one fixed script runs on three machines again and again, and each time one of them loses power
 * and finds a bit of its files changed. The server does not start and says why, or finds damage in its log and goes on
 * without what that may have touched, or nothing has changed; and as in any other run, nothing acknowledged is lost.
 * {@code -Dflip.stride=1} takes every byte; else it is one in so many, and more of a small file, of which each counts.
 */
class FlipSweepTest {

    private static final long SEED = 4;
    private static final long SCRIPT_NANOS = 3_000_000_000L;

    /** Odd, as the other, so that it is not the same bit of all bytes. */
    private static final int STRIDE = Integer.getInteger("flip.stride", 1_801);

    private static final int STRIDE_IN_SMALL_FILES = STRIDE / 30 | 1;
    private static final int SMALL_BYTES = 1_024;

    private record Flip(String file, int offset) {}

    /** What became of a flip. */
    private enum End {
        NO_START,
        DAMAGE_FOUND,
        NO_CHANGE
    }

    @Test
    void nothingIsLostWhicheverByteOfADataDirectoryIsFlipped() throws InterruptedException, ExecutionException {
        Map<String, Map<End, Integer>> ends = new TreeMap<>();
        Sweep.each(flips(), FlipSweepTest::run)
                .forEach((flip, end) -> ends.computeIfAbsent(flip.file(), _ -> new EnumMap<>(End.class))
                        .merge(end, 1, Integer::sum));

        System.out.println("flips: " + ends);
        assertThat(ends.keySet())
                .contains("node", "configuration")
                .anyMatch(file -> file.startsWith("replicas/"))
                .anyMatch(file -> file.startsWith("controller/"));
        assertThat(ends).anySatisfy((file, ofFile) -> {
            assertThat(file).endsWith(".segment");
            assertThat(ofFile).containsKey(End.DAMAGE_FOUND);
        });
        ends.forEach((file, ofFile) -> {
            if (saysWhatTheServerIs(file)) {
                assertThat(ofFile.keySet()).as(file).containsExactly(End.NO_START);
            } else if (file.equals("configuration")) {
                assertThat(ofFile.keySet()).as(file).containsExactly(End.NO_CHANGE);
            }
        });
    }

    private static boolean saysWhatTheServerIs(String file) {
        return file.equals("node") || file.startsWith("replicas/") || file.startsWith("controller/");
    }

    /** Some bytes of each file that the first machine has after the loss of power. */
    private static List<Flip> flips() {
        List<Flip> flips = new ArrayList<>();
        SystemWorld world = world();
        Machine machine = world.machines().getFirst();
        world.queue().after(SCRIPT_NANOS - 1, () -> {
            machine.crash(Life.End.MACHINE);
            for (String file : machine.tellingFiles()) {
                int size = machine.disk().contents(file).length;
                int stride = size < SMALL_BYTES ? STRIDE_IN_SMALL_FILES : STRIDE;
                int first = Math.floorMod(file.hashCode(), Math.min(size, stride));
                for (int offset = first; offset < size; offset += stride) {
                    flips.add(new Flip(file, offset));
                }
            }
        });
        assertThat(SystemSimulation.run(world, SCRIPT_NANOS).acknowledged()).isGreaterThan(50);
        return flips;
    }

    private static End run(Flip flip) {
        SystemWorld world = world();
        Machine machine = world.machines().getFirst();
        world.queue().after(SCRIPT_NANOS - 1, () -> {
            machine.crash(Life.End.MACHINE);
            machine.flip(flip.file(), flip.offset(), 1 << flip.offset() % Byte.SIZE);
        });
        SystemSimulation.run(world, SCRIPT_NANOS);
        return machine.refusals() > 0 ? End.NO_START : machine.damageFound() > 0 ? End.DAMAGE_FOUND : End.NO_CHANGE;
    }

    private static SystemWorld world() {
        return new SystemWorld(SEED, SystemSwarm.ofThreeMachines(), null);
    }
}

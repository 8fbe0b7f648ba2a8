package io.ostraka.raft.testkit.fuzz;

import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs a {@link FuzzTarget}: first its seeds, then changed ones. The same seed and number of runs give the same inputs.
 * System properties:
 *
 * <ul>
 *   <li>{@code fuzz.seconds}: go on for so many seconds of processor time instead of a number of runs; if Jazzer is on
 *       the class path (profile {@code fuzz}), guided by coverage, in a process of its own;
 *   <li>{@code fuzz.seed}: another seed than 1;
 *   <li>{@code fuzz.outcomes}: true prints what became of the inputs;
 *   <li>{@code fuzz.input}: only this input, a file or hexadecimal digits.
 * </ul>
 */
public final class Fuzzing {

    private static final int KEPT_MAX = 512;
    private static final int OUTCOMES_MAX = 256;
    private static final String INPUT = "fuzz.input";

    private final Class<? extends FuzzTarget> type;
    private final FuzzTarget target;
    private final FuzzRun run;
    private final long seed = Long.getLong("fuzz.seed", 1);
    private final List<byte[]> inputs = new ArrayList<>();
    private final SortedMap<String, Long> outcomes = new TreeMap<>();
    private long runs;

    private Fuzzing(Class<? extends FuzzTarget> type) {
        this.type = type;
        this.target = FuzzRun.create(type);
        this.run = new FuzzRun(target);
    }

    /**
     * Fuzzes.
     *
     * @param runs how many changed inputs, if {@code fuzz.seconds} does not say otherwise
     * @param expected beginnings of outcomes, each of which must come about: a target that never gets past its first
     *     check shows nothing
     * @throws AssertionError with the shrunk input, and how to run it again, if there is a finding
     */
    public static void run(Class<? extends FuzzTarget> type, int runs, String... expected) {
        Fuzzing fuzzing = new Fuzzing(type);
        String one = System.getProperty(INPUT);
        if (one != null) {
            fuzzing.take(bytes(one));
            fuzzing.report();
            return;
        }
        long seconds = Long.getLong("fuzz.seconds", 0);
        fuzzing.takeSeeds();
        if (seconds > 0 && GuidedFuzzing.isPossible()) {
            GuidedFuzzing.run(type, fuzzing.inputs, seconds, fuzzing.seed);
        } else {
            fuzzing.takeChanged(runs, seconds);
            fuzzing.require(expected);
        }
        fuzzing.report();
    }

    private void require(String... expected) {
        for (String words : expected) {
            if (outcomes.keySet().stream().noneMatch(outcome -> outcome.startsWith(words))) {
                throw new AssertionError(name(type) + " never came to: " + words + "; only to " + outcomes.keySet());
            }
        }
    }

    /** The class without its package; one that is nested, with the class around it. */
    static String name(Class<?> type) {
        return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
    }

    private void report() {
        System.out.println(name(type) + ": " + runs + " inputs, " + outcomes.size() + " outcomes");
        if (Boolean.getBoolean("fuzz.outcomes")) {
            outcomes.forEach((outcome, count) -> System.out.println("    " + count + " " + outcome));
        }
    }

    private void takeSeeds() {
        List<byte[]> seeds = target.seeds();
        if (seeds.isEmpty()) {
            throw new IllegalStateException(type + " has no seeds");
        }
        inputs.addAll(seeds);
        seeds.forEach(this::take);
    }

    private void takeChanged(long count, long seconds) {
        SplittableRandom random = new SplittableRandom(seed);
        Mutations mutations = new Mutations(random);
        Message shape = target.shape();
        MessageMutations fields = shape == null ? null : new MessageMutations(shape, random);
        long until = FuzzRun.cpuNanos() + TimeUnit.SECONDS.toNanos(seconds);
        for (long i = 0; seconds > 0 ? FuzzRun.cpuNanos() < until : i < count; i++) {
            byte[] changed = fields != null && i % 4 > 0 ? fields.next(inputs) : mutations.next(inputs);
            take(i % 4 == 0 ? changed : target.sealed(changed.clone()));
        }
    }

    private void take(byte[] input) {
        String outcome;
        try (Watch _ = Watch.over(() -> "run " + runs + " does not end: " + save(input))) {
            outcome = run.run(input).replaceAll("-?[0-9]+", "#");
        } catch (Throwable finding) {
            throw found(input, finding);
        }
        runs++;
        boolean known = outcomes.containsKey(outcome);
        if (known || outcomes.size() < OUTCOMES_MAX) {
            outcomes.merge(outcome, 1L, Long::sum);
        }
        if (!known && inputs.size() < KEPT_MAX) {
            inputs.add(input);
        }
    }

    private AssertionError found(byte[] input, Throwable finding) {
        byte[] small = Shrinking.shrink(run, input, finding);
        return new AssertionError(
                name(type) + " (seed " + seed + ", run " + runs + ") fails with " + finding + " on " + small.length
                        + " bytes: " + HexFormat.of().formatHex(small) + "\n" + save(small),
                finding);
    }

    /** Keeps an input, and says how to run it again. */
    private String save(byte[] input) {
        Path file = Path.of("target", "fuzz", name(type) + "-" + Integer.toHexString(Arrays.hashCode(input)) + ".bin");
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "alone: -D" + INPUT + "=" + file.toAbsolutePath();
    }

    private static byte[] bytes(String input) {
        try {
            Path file = Path.of(input);
            return Files.exists(file)
                    ? Files.readAllBytes(file)
                    : HexFormat.of().parseHex(input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

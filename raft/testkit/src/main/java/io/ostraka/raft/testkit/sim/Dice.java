package io.ostraka.raft.testkit.sim;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Chance of one consumer, forked from the run's seed by the consumer's name, so that what one draws does not shift what
 * the others draw.
 */
public final class Dice {

    private final RandomGenerator random;

    private Dice(RandomGenerator random) {
        this.random = random;
    }

    /** Returns the dice of the consumer called {@code name} in the run of {@code seed}. */
    public static Dice of(long seed, String name) {
        return new Dice(new SplittableRandom(Chain.mix(seed, name.hashCode())));
    }

    /** Returns the generator itself. */
    public RandomGenerator random() {
        return random;
    }

    /** True with probability {@code probability}. */
    public boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** Returns one of {@code options}. */
    @SafeVarargs
    public final <T> T oneOf(T... options) {
        return options[random.nextInt(options.length)];
    }

    /** Returns a number from {@code min} to {@code max}, both included. */
    public int between(int min, int max) {
        return random.nextInt(min, max + 1);
    }

    /** Returns a number between the bounds whose logarithm is uniform: each order of magnitude is as likely. */
    public double logUniform(double min, double max) {
        return Math.exp(Math.log(min) + random.nextDouble() * (Math.log(max) - Math.log(min)));
    }

    /** Returns the time until the next of events that come once in {@code meanNanos} on average. */
    public long nextNanos(long meanNanos) {
        return (long) (-Math.log(1 - random.nextDouble()) * meanNanos) + 1;
    }
}

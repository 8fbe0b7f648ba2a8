package io.ostraka.it.smallscope;

import org.jspecify.annotations.Nullable;

/**
 * Something that an {@link Explorer} searches. A state is a vector of numbers, all of the same width; equal vectors
 * behave equally. A step is a number, too. Not thread-safe.
 */
interface Model {

    /** Where it begins. */
    int[] initial();

    /** Takes what follows on a state. */
    @FunctionalInterface
    interface Steps {

        /** {@code step} leads to {@code next}, which is copied. */
        void to(int step, int[] next);
    }

    /** Gives every step that is possible in a state. */
    void steps(int[] state, Steps steps);

    /** What is wrong with a state, or null. */
    @Nullable
    String violation(int[] state);

    /** A step in words, from the state that it was made in to the one that it led to. */
    String tell(int[] before, int step, int[] after);
}

package io.ostraka.shardkv.server;

import java.util.function.BooleanSupplier;

/** Where long work is done in small pieces that take turns, beside what clients wait for. Thread-safe. */
@FunctionalInterface
interface Pieces {

    /** Runs one piece of work soon. */
    void execute(Runnable piece);

    /** Runs {@code step} until it returns true, and lets others have their turn in between; then {@code done}. */
    default void inPieces(BooleanSupplier step, Runnable done) {
        execute(() -> {
            if (step.getAsBoolean()) {
                done.run();
            } else {
                inPieces(step, done);
            }
        });
    }
}

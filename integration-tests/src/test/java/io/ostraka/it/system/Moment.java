package io.ostraka.it.system;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A moment in what a machine does for which a fault can wait. */
final class Moment {

    private @Nullable Consumer<Machine> witness;

    /** Has the next machine that comes to it shown to someone, once; who waited before does so no longer. */
    void showNext(Consumer<Machine> to) {
        witness = to;
    }

    /** A machine has come to it. */
    void come(Machine machine) {
        Consumer<Machine> to = witness;
        witness = null;
        if (to != null) {
            to.accept(machine);
        }
    }
}

package io.ostraka.raft.testkit.sim;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a run, folded into 128 bits as it happens: two runs of one seed must agree in it. Prints every line,
 * too, if it has somewhere to print to.
 */
public final class Trace {

    private final EventQueue queue;
    private final @Nullable Consumer<String> lines;
    private long high = 1;
    private long low = 2;

    /** Makes a trace; {@code lines} takes each line as text, or is null. */
    public Trace(EventQueue queue, @Nullable Consumer<String> lines) {
        this.queue = queue;
        this.lines = lines;
    }

    /** Notes that something of this kind happened now, with two numbers that say more about it. */
    public void note(String kind, long a, long b) {
        say(() -> kind + " " + a + " " + b);
        low = Chain.mix(low ^ queue.nowNanos(), kind.hashCode());
        high = Chain.mix(high ^ a, Chain.mix(low, b));
    }

    /** Prints a line, if there is somewhere to print to. */
    public void say(Supplier<String> line) {
        if (lines != null) {
            lines.accept(String.format("%12.6f %s", queue.nowNanos() / 1e9, line.get()));
        }
    }

    /** Returns the folded history as text. */
    public String digest() {
        return String.format("%016x%016x", high, low);
    }
}

package io.ostraka.server.demo;

import java.io.PrintStream;

/**
 * A bar that grows on one line of a terminal; where output is no terminal, one line at the start and one at the end.
 * Not thread-safe.
 */
final class ProgressBar {

    private static final int WIDTH = 40;

    private final PrintStream out;
    private final boolean terminal;
    private final String label;
    private int lastFilled = -1;

    ProgressBar(PrintStream out, boolean terminal, String label) {
        this.out = out;
        this.terminal = terminal;
        this.label = label;
    }

    /** Shows that {@code done} of {@code total} are done; a total of 0 counts as finished. */
    void show(long done, long total) {
        int filled = total == 0 ? WIDTH : (int) (done * WIDTH / total);
        if (terminal && filled != lastFilled) {
            out.print("\r  " + label + " [" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + done + "/"
                    + total);
            out.flush();
        }
        lastFilled = filled;
    }

    /** Ends the line with a closing remark. */
    void finish(String remark) {
        if (terminal) {
            out.println("  " + remark);
        } else {
            out.println("  " + label + ": " + remark);
        }
    }
}

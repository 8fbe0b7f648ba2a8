package io.ostraka.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;

/**
 * What a command reads and writes: data goes to {@code out}, everything else to {@code err}.
 *
 * @param environment the process's environment
 * @param interactive whether a person can answer a question and watch progress
 * @param outIsTerminal whether a person reads {@code out}, and not a program
 */
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean interactive,
        boolean outIsTerminal) {

    /** The process's own. */
    public static Console system() {
        boolean terminal = isTerminal();
        return new Console(System.in, System.out, System.err, System.getenv(), terminal, terminal);
    }

    private static boolean isTerminal() {
        return Optional.ofNullable(System.console())
                .filter(java.io.Console::isTerminal)
                .isPresent();
    }

    /** Asks a question that is answered with y or n; anything but y is no. */
    boolean confirms(String question) {
        err.print(question + " [y/N] ");
        err.flush();
        Scanner answers = new Scanner(in, StandardCharsets.UTF_8);
        return answers.hasNextLine() && answers.nextLine().strip().equalsIgnoreCase("y");
    }
}

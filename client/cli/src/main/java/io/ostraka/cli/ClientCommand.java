package io.ostraka.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A command that talks to a cluster. */
@Command(mixinStandardHelpOptions = true)
abstract class ClientCommand implements Callable<Integer> {

    final Console console;

    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    ClientCommand(Console console) {
        this.console = console;
    }

    /** Prints a result in the form that was asked for. */
    void print(Json json, String text) {
        console.out().println(cluster.json() ? json.write() : text);
    }

    /** Prints a result in the form that was asked for. */
    void print(Json json, Table table) {
        if (cluster.json()) {
            console.out().println(json.write());
        } else {
            table.print(console.out());
        }
    }
}

package io.ostraka.it.containers;

import io.ostraka.testcontainers.OstrakaContainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The network of one container, disturbed from outside: the container itself has no right to. Takes root, iptables and
 * tc. What is done here lasts until {@link #heal}, or until the container ends.
 */
final class ContainerNetwork {

    private static final int SECONDS_MAX = 60;
    private static final Pattern INTERFACE = Pattern.compile("\\beth[0-9]+");
    private static final Pattern ADDRESS = Pattern.compile("inet ([0-9.]+)/");

    /** What a qdisc says of the packets that found it over its rate. */
    private static final Pattern OVER_LIMITS = Pattern.compile("overlimits ([0-9]+)");

    private final OstrakaContainer container;

    ContainerNetwork(OstrakaContainer container) {
        this.container = container;
    }

    /** Drops what comes from another container; what goes to it still goes. */
    void hearNothingFrom(OstrakaContainer other) throws IOException, InterruptedException {
        for (String address : new ContainerNetwork(other).addresses()) {
            iptables("--append", "INPUT", "--source", address, "--jump", "DROP");
        }
    }

    /** Drops what goes to another container; what comes from it still comes. */
    void sayNothingTo(OstrakaContainer other) throws IOException, InterruptedException {
        for (String address : new ContainerNetwork(other).addresses()) {
            iptables("--append", "OUTPUT", "--destination", address, "--jump", "DROP");
        }
    }

    /** Loses each packet that comes from outside with this probability, from 0 to 1. */
    void lose(double probability) throws IOException, InterruptedException {
        for (String each : interfaces()) {
            iptables(
                    "--append",
                    "INPUT",
                    "--in-interface",
                    each,
                    "--match",
                    "statistic",
                    "--mode",
                    "random",
                    "--probability",
                    String.valueOf(probability),
                    "--jump",
                    "DROP");
        }
    }

    /** Lets so much out a second, with a short queue before it. */
    void slow(int kilobitsPerSecond) throws IOException, InterruptedException {
        for (String each : interfaces()) {
            inside(
                    "tc",
                    "qdisc",
                    "add",
                    "dev",
                    each,
                    "root",
                    "tbf",
                    "rate",
                    kilobitsPerSecond + "kbit",
                    "burst",
                    "4kb",
                    "latency",
                    "200ms");
        }
    }

    /** How many packets were dropped since the last healing. */
    long dropped() throws IOException, InterruptedException {
        return Stream.of(iptablesList().split("\n"))
                .map(line -> line.strip().split(" +"))
                .filter(columns -> columns.length > 2 && columns[2].equals("DROP"))
                .mapToLong(columns -> Long.parseLong(columns[0]))
                .sum();
    }

    /** How often what should go out had to wait since {@link #slow}. */
    long delayed() throws IOException, InterruptedException {
        long times = 0;
        for (String each : interfaces()) {
            times += OVER_LIMITS
                    .matcher(inside("tc", "-statistics", "qdisc", "show", "dev", each))
                    .results()
                    .mapToLong(found -> Long.parseLong(found.group(1)))
                    .sum();
        }
        return times;
    }

    /** Ends every disturbance. */
    void heal() throws IOException, InterruptedException {
        iptables("--flush");
        for (String each : interfaces()) {
            if (inside("tc", "qdisc", "show", "dev", each).contains("tbf")) {
                inside("tc", "qdisc", "del", "dev", each, "root");
            }
        }
    }

    private List<String> addresses() throws IOException, InterruptedException {
        return ADDRESS.matcher(inside("ip", "-4", "-o", "address", "show", "scope", "global"))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private List<String> interfaces() throws IOException, InterruptedException {
        return INTERFACE
                .matcher(inside("ip", "-o", "link", "show"))
                .results()
                .map(found -> found.group())
                .distinct()
                .toList();
    }

    private String iptablesList() throws IOException, InterruptedException {
        return inside("iptables", "--wait", "--list", "--numeric", "--verbose", "--exact");
    }

    private void iptables(String... words) throws IOException, InterruptedException {
        inside(Stream.concat(Stream.of("iptables", "--wait"), Stream.of(words)).toArray(String[]::new));
    }

    private String inside(String... words) throws IOException, InterruptedException {
        Long process = container.getCurrentContainerInfo().getState().getPidLong();
        List<String> command = new ArrayList<>(List.of("nsenter", "--net", "--target", String.valueOf(process), "--"));
        command.addAll(List.of(words));
        return Engine.runAsAdministrator(SECONDS_MAX, command);
    }
}

package io.ostraka.it.system;

import io.ostraka.raft.testkit.sim.FaultCounts;

/** What happened in many runs together. */
final class Totals {

    private final FaultCounts faults = new FaultCounts();
    private long runs;
    private long virtualNanos;
    private long events;
    private long acknowledged;
    private long handOvers;
    private long changes;
    private long leaders;

    void add(SystemSimulation.Report report) {
        runs++;
        faults.add(report.faults());
        virtualNanos += report.virtualNanos();
        events += report.events();
        acknowledged += report.acknowledged();
        handOvers += report.handOvers();
        changes += report.changes();
        leaders += report.leaders();
    }

    FaultCounts faults() {
        return faults;
    }

    long acknowledged() {
        return acknowledged;
    }

    double virtualSeconds() {
        return virtualNanos / 1e9;
    }

    long events() {
        return events;
    }

    long handOvers() {
        return handOvers;
    }

    @Override
    public String toString() {
        return String.format(
                "whole system: %d seeds, %.2f virtual hours, %d events, %d calls answered, %d changes of the"
                        + " configuration, %d hand-overs, %d elections, %d faults: %s",
                runs, virtualNanos / 3.6e12, events, acknowledged, changes, handOvers, leaders, faults.total(), faults);
    }
}

package io.ostraka.raft.testkit.sim;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** How often each kind of fault was injected. */
public final class FaultCounts {

    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);

    /** Notes one. */
    public void injected(Fault fault) {
        counts.merge(fault, 1L, Long::sum);
    }

    /** Adds those of another run. */
    public void add(FaultCounts other) {
        other.counts.forEach((fault, count) -> counts.merge(fault, count, Long::sum));
    }

    /** Returns how often {@code fault} was injected. */
    public long of(Fault fault) {
        return counts.getOrDefault(fault, 0L);
    }

    /** Returns how many there were of all kinds. */
    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ");
        for (Fault fault : Fault.values()) {
            text.add(fault.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + of(fault));
        }
        return text.toString();
    }
}

package io.ostraka.it.system;

import io.ostraka.raft.testkit.sim.Fault;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which run it is to be: what a seed draws, or less of it.
 *
 * @param seed the seed
 * @param faultyNanos how long the safety phase lasts
 * @param density how much happens in it
 * @param clientsMax how many clients there are at most
 * @param groupsMax how many groups there are at most
 * @param off kinds of faults that do not happen
 * @param only the faults that happen, by name; null: all that the seed draws
 */
record RunPlan(
        long seed,
        long faultyNanos,
        Density density,
        int clientsMax,
        int groupsMax,
        Set<Fault> off,
        @Nullable Set<String> only) {

    private static final long SECOND = 1_000_000_000L;

    /** Copies the sets. */
    RunPlan {
        off = Set.copyOf(off);
        only = only == null ? null : Set.copyOf(only);
    }

    /** All that the seed draws. */
    static RunPlan of(long seed, long faultyNanos, Density density) {
        return new RunPlan(seed, faultyNanos, density, Integer.MAX_VALUE, Integer.MAX_VALUE, Set.of(), null);
    }

    /** What the command line says, as {@link #words} has it. */
    static RunPlan ofProperties(long seed, long faultyNanos) {
        Density density = Density.valueOf(System.getProperty("system.density", Density.DENSE.name()));
        String only = System.getProperty("system.only");
        Set<Fault> off = EnumSet.noneOf(Fault.class);
        names(System.getProperty("system.off", "")).map(Fault::valueOf).forEach(off::add);
        return new RunPlan(
                seed,
                Long.getLong("system.nanos", faultyNanos),
                density,
                Integer.getInteger("system.clients", Integer.MAX_VALUE),
                Integer.getInteger("system.groups", Integer.MAX_VALUE),
                off,
                only == null ? null : names(only).collect(Collectors.toSet()));
    }

    private static Stream<String> names(String list) {
        return Stream.of(list.split(",")).filter(name -> !name.isEmpty());
    }

    /** The options of the command line that say the same. */
    String words() {
        StringBuilder words = new StringBuilder("-Dsystem.seed=" + seed);
        if (faultyNanos % SECOND == 0) {
            words.append(" -Dsystem.seconds=").append(faultyNanos / SECOND);
        } else {
            words.append(" -Dsystem.nanos=").append(faultyNanos);
        }
        if (density != Density.DENSE) {
            words.append(" -Dsystem.density=").append(density);
        }
        if (clientsMax < Integer.MAX_VALUE) {
            words.append(" -Dsystem.clients=").append(clientsMax);
        }
        if (groupsMax < Integer.MAX_VALUE) {
            words.append(" -Dsystem.groups=").append(groupsMax);
        }
        if (!off.isEmpty()) {
            words.append(" -Dsystem.off=")
                    .append(off.stream().sorted().map(Enum::name).collect(Collectors.joining(",")));
        }
        if (only != null) {
            words.append(" -Dsystem.only=").append(String.join(",", new TreeSet<>(only)));
        }
        return words.toString();
    }

    RunPlan lasting(long nanos) {
        return new RunPlan(seed, nanos, density, clientsMax, groupsMax, off, only);
    }

    RunPlan withClients(int most) {
        return new RunPlan(seed, faultyNanos, density, most, groupsMax, off, only);
    }

    RunPlan withGroups(int most) {
        return new RunPlan(seed, faultyNanos, density, clientsMax, most, off, only);
    }

    RunPlan without(Fault fault) {
        Set<Fault> more = EnumSet.of(fault);
        more.addAll(off);
        return new RunPlan(seed, faultyNanos, density, clientsMax, groupsMax, more, only);
    }

    RunPlan withOnly(Set<String> faults) {
        return new RunPlan(seed, faultyNanos, density, clientsMax, groupsMax, off, faults);
    }

    boolean has(Fault fault) {
        return !off.contains(fault);
    }

    boolean has(String fault) {
        return only == null || only.contains(fault);
    }
}

package io.ostraka.it.system;

import io.ostraka.raft.testkit.sim.FaultCounts;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One simulated life of a whole cluster, determined by its seed: production's controllers, nodes and clients under
 * faults and changes of the configuration for a while (the safety phase); then all is well, and every call must end,
 * every shard be served, all replicas agree (the liveness phase); in the end the machines lose power, start again, and
 * must still agree on everything.
 */
final class SystemSimulation {

    /**
     * How a run went.
     *
     * @param effects how many effects each machine's disk and store saw in the safety phase
     */
    record Report(
            SystemSwarm swarm,
            String digest,
            long virtualNanos,
            long events,
            FaultCounts faults,
            long acknowledged,
            long effective,
            long handOvers,
            long changes,
            long leaders,
            long frames,
            List<Integer> effects) {}

    private static final long SECOND = 1_000_000_000L;

    private final SystemWorld world;
    private final long patienceNanos;
    private final Workload workload;
    private final Operator operator;
    private final SystemChaos chaos;
    private final LateRepeats repeats;
    private final LateProposals proposals;
    private final Quiescence quiescence;

    private SystemSimulation(SystemWorld world, RunPlan plan, Consumer<String> faults) {
        this.world = world;
        this.patienceNanos = plan.density().patienceNanos();
        this.workload = new Workload(world);
        this.operator = new Operator(world);
        this.chaos = new SystemChaos(world, plan::has, faults);
        this.repeats = new LateRepeats(world);
        this.proposals = new LateProposals(world);
        this.quiescence = new Quiescence(world);
        world.trace().say(world.swarm()::toString);
    }

    /**
     * Runs a seed, densely.
     *
     * @param faultyNanos how long the safety phase lasts
     * @param lines takes a line for everything that happens, or is null
     */
    static Report run(long seed, long faultyNanos, @Nullable Consumer<String> lines) {
        return run(RunPlan.of(seed, faultyNanos, Density.DENSE), lines, _ -> {});
    }

    /**
     * Runs what a plan has of a seed.
     *
     * @param lines takes a line for everything that happens, or is null
     * @param faults takes the names of the faults that happen
     */
    static Report run(RunPlan plan, @Nullable Consumer<String> lines, Consumer<String> faults) {
        SystemWorld world = new SystemWorld(
                plan.seed(), SystemSwarm.draw(plan.seed(), plan.density()).within(plan), lines);
        return new SystemSimulation(world, plan, faults).live(plan.faultyNanos());
    }

    /** Runs a world that is made, in which nothing has happened yet. */
    static Report run(SystemWorld world, long faultyNanos) {
        return new SystemSimulation(world, RunPlan.of(0, faultyNanos, Density.DENSE), _ -> {}).live(faultyNanos);
    }

    private Report live(long faultyNanos) {
        world.machines().forEach(machine -> {
            machine.emptyDisk();
            machine.boot();
        });
        operator.begin();
        workload.begin();
        chaos.begin();
        repeats.begin();
        proposals.begin();
        until(faultyNanos);
        List<Integer> effects = world.machines().stream().map(Machine::effects).toList();
        workload.stop();
        operator.stop();
        chaos.stop();
        repeats.stop();
        proposals.stop();
        Set<Machine> core = canDoWithMajority() ? world.losses().core(world.dice("core")) : allMachines();
        heal(core);
        converge("in the core " + core, () -> !workload.isOwedAnswers() && finished(core));
        heal(allMachines());
        converge("after healing", quiescence::isReached);
        new HistoryCheck(world, workload.calls(), workload.names()).check();
        world.machines().forEach(machine -> {
            machine.settle();
            machine.crash(Life.End.MACHINE);
        });
        world.machines().forEach(Machine::boot);
        converge("after the loss of power", quiescence::isReached);
        return new Report(
                world.swarm(),
                world.trace().digest(),
                world.queue().nowNanos(),
                world.queue().ran(),
                world.counts(),
                workload.returned(),
                world.writes().effective(),
                world.shards().handOvers(),
                operator.changes(),
                world.groups().elections(),
                world.wires().carried(),
                effects);
    }

    /** A cluster is founded by all of its controllers, and a group joins once all of its nodes are known. */
    private boolean canDoWithMajority() {
        return operator.hasFounded() && quiescence.knowsAllNodes();
    }

    private Set<Machine> allMachines() {
        return Set.copyOf(world.machines());
    }

    private boolean finishing;
    private boolean finished;

    private boolean finished(Set<Machine> core) {
        if (!finishing) {
            finishing = true;
            operator.finish(() -> finished = true);
        }
        return finished && quiescence.isReachedBy(core);
    }

    private void until(long nanos) {
        while (world.queue().nowNanos() < nanos && world.queue().runNext()) {
            // Each event checks itself.
        }
    }

    /** From now on all is well with these machines, and between them; the others stay down or out of reach. */
    private void heal(Set<Machine> core) {
        world.trace().say(() -> "healing " + core);
        world.wires().heal();
        world.calm();
        for (Machine machine : world.machines()) {
            machine.settle();
            if (core.contains(machine)) {
                machine.boot();
            } else {
                // A machine that is down may start while it is left out.
                world.wires().isolate(machine.index());
                if (world.dice("left out " + machine.index()).chance(0.5)) {
                    machine.crash(Life.End.MACHINE);
                }
            }
        }
    }

    /** Lets time pass until something holds, which must not take for ever. */
    private void converge(String when, BooleanSupplier reached) {
        long deadline = world.queue().nowNanos() + patienceNanos;
        long next = 0;
        while (world.queue().nowNanos() < deadline) {
            if (world.queue().nowNanos() >= next) {
                next = world.queue().nowNanos() + SECOND / 4;
                if (reached.getAsBoolean()) {
                    return;
                }
            }
            if (!world.queue().runNext()) {
                break;
            }
        }
        throw new SystemViolation("no agreement " + when + ": " + workload.describe() + " "
                + (operator.isBusy() ? "the operator waits; " : "") + quiescence.missing());
    }
}

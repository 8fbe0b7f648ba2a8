package io.ostraka.it.system;

import io.ostraka.raft.testkit.sim.FaultCounts;
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

    /** How a run went. */
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
            long frames) {}

    private static final long SECOND = 1_000_000_000L;
    private static final long PATIENCE_NANOS = 120 * SECOND;

    private final SystemWorld world;
    private final Workload workload;
    private final Operator operator;
    private final SystemChaos chaos;
    private final Quiescence quiescence;

    private SystemSimulation(long seed, SystemSwarm swarm, @Nullable Consumer<String> lines) {
        this.world = new SystemWorld(seed, swarm, lines);
        this.workload = new Workload(world);
        this.operator = new Operator(world);
        this.chaos = new SystemChaos(world);
        this.quiescence = new Quiescence(world);
        world.trace().say(swarm::toString);
    }

    /**
     * Runs a seed.
     *
     * @param faultyNanos how long the safety phase lasts
     * @param lines takes a line for everything that happens, or is null
     */
    static Report run(long seed, long faultyNanos, @Nullable Consumer<String> lines) {
        return new SystemSimulation(seed, SystemSwarm.draw(seed), lines).live(faultyNanos);
    }

    private Report live(long faultyNanos) {
        world.machines().forEach(machine -> {
            machine.emptyDisk();
            machine.boot();
        });
        operator.begin();
        workload.begin();
        chaos.begin();
        until(faultyNanos);
        workload.stop();
        operator.stop();
        chaos.stop();
        heal();
        converge("after healing", () -> !workload.isOwedAnswers() && finished());
        new HistoryCheck(world, workload).check();
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
                world.wires().carried());
    }

    private boolean finishing;
    private boolean finished;

    private boolean finished() {
        if (!finishing) {
            finishing = true;
            operator.finish(() -> finished = true);
        }
        return finished && quiescence.isReached();
    }

    private void until(long nanos) {
        while (world.queue().nowNanos() < nanos && world.queue().runNext()) {
            // Each event checks itself.
        }
    }

    private void heal() {
        world.trace().say(() -> "healing");
        world.wires().heal();
        world.calm();
        for (Machine machine : world.machines()) {
            machine.settle();
            machine.boot();
        }
    }

    /** Lets time pass until something holds, which must not take for ever. */
    private void converge(String when, BooleanSupplier reached) {
        long deadline = world.queue().nowNanos() + PATIENCE_NANOS;
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

package io.ostraka.it.system;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.testkit.sim.Dice;
import java.util.ArrayList;
import java.util.List;

/**
 * Whenever a step of a hand-over, a change of the configuration or a report of either is in a group's log, proposes
 * some step again that some group's log has, however long ago, as a leader might that was deposed before it heard of
 * it. What does not match the state by then must come to nothing.
 */
final class LateProposals {

    private static final double DELAY_MIN_NANOS = 1e5;
    private static final double DELAY_MAX_NANOS = 1e9;
    private static final int LATEST = 8;

    private record Step(GroupId group, Bytes command) {}

    private final SystemWorld world;
    private final Dice dice;
    private final double rate;
    private final List<Step> steps = new ArrayList<>();
    private boolean stopped;

    LateProposals(SystemWorld world) {
        this.world = world;
        this.dice = world.dice("proposals");
        // There are far fewer of these than of writes.
        this.rate = Math.sqrt(world.swarm().repeatRate());
    }

    void begin() {
        if (rate > 0) {
            world.groups().tellSteps(this::logged);
        }
    }

    void stop() {
        stopped = true;
    }

    private void logged(GroupId group, Bytes command) {
        if (stopped) {
            return;
        }
        steps.add(new Step(group, command));
        if (dice.chance(rate)) {
            int from = dice.chance(0.5) ? 0 : Math.max(0, steps.size() - LATEST);
            Step step = steps.get(from + dice.random().nextInt(steps.size() - from));
            long delay = (long) dice.logUniform(DELAY_MIN_NANOS, DELAY_MAX_NANOS);
            world.queue().after(delay, () -> propose(step.group(), step.command()));
        }
    }

    private void propose(GroupId group, Bytes command) {
        for (Machine machine : world.machines()) {
            Server server = machine.server();
            Life life = machine.life();
            if (stopped || server == null || life == null) {
                continue;
            }
            for (WitnessedHost.Hosted hosted : server.host().replicas()) {
                if (hosted.descriptor().group().equals(group)
                        && hosted.group().leadership().leads()) {
                    world.trace().note("proposal", group.gid(), command.size());
                    life.run(() -> hosted.group().propose(command, Budget.PROTOCOL, _ -> {}));
                    return;
                }
            }
        }
    }
}

package io.ostraka.raft.testkit.scenario;

import static io.ostraka.raft.testkit.scenario.RaftScenario.ELECTION_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.testkit.sim.Weather;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/**
 * Three clients hand in commands while nodes come and go: what a client has seen committed, or was told by the node, is
 * in the log in the end.
 */
@NullMarked
final class Churn {

    private static final int CLIENTS = 3;
    private static final int[] LOOKS_MILLIS = {10, 20, 50, 100, 200};

    private final RaftScenario scenario;
    private final List<Bytes> seen = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private boolean stopped;

    Churn(RaftScenario scenario) {
        this.scenario = scenario;
    }

    void play(Weather weather) {
        scenario.weather(weather);
        for (int client = 0; client < CLIENTS; client++) {
            handIn(client);
        }
        for (int round = 0; round < 20; round++) {
            disturb();
            scenario.sleepMillis(ELECTION_MILLIS * 7 / 10);
        }
        scenario.sleepMillis(ELECTION_MILLIS);
        scenario.weather(Weather.RELIABLE);
        for (int node : scenario.all()) {
            if (!scenario.isRunning(node)) {
                scenario.restart(node);
            }
            scenario.connect(node);
        }
        stopped = true;
        scenario.sleepMillis(ELECTION_MILLIS);

        long last = scenario.one(scenario.anyCommand(), scenario.size(), true);
        Set<Bytes> log = new HashSet<>();
        for (long ordinal = 1; ordinal <= last; ordinal++) {
            log.add(Objects.requireNonNull(scenario.await(ordinal, scenario.size(), -1)));
        }
        assertThat(seen)
                .as("seen committed, and not there")
                .filteredOn(command -> !log.contains(command))
                .isEmpty();
        assertThat(attempts)
                .as("told to be applied, and not there")
                .filteredOn(attempt -> attempt.isApplied() && !log.contains(attempt.command()))
                .isEmpty();
        assertThat(seen).as("the check is not vacuous").isNotEmpty();
    }

    private void disturb() {
        int size = scenario.size();
        if (scenario.dice().chance(0.2)) {
            scenario.disconnect(scenario.dice().between(0, size - 1));
        }
        if (scenario.dice().chance(0.5)) {
            int node = scenario.dice().between(0, size - 1);
            if (!scenario.isRunning(node)) {
                scenario.restart(node);
            }
            scenario.connect(node);
        }
        if (scenario.dice().chance(0.2)) {
            int node = scenario.dice().between(0, size - 1);
            if (scenario.isRunning(node)) {
                scenario.crash(node);
            }
        }
    }

    /** Hands in a command everywhere, looks after it for a while, and goes on with the next one after a rest. */
    private void handIn(int client) {
        if (stopped) {
            return;
        }
        Bytes command = scenario.anyCommand();
        List<Attempt> asked = new ArrayList<>();
        for (int node : scenario.all()) {
            asked.add(scenario.startLater(node, command));
        }
        attempts.addAll(asked);
        scenario.afterMillis(
                LOOKS_MILLIS[0],
                () -> asked.stream()
                        .filter(Attempt::isAccepted)
                        .reduce((earlier, later) -> later)
                        .ifPresentOrElse(accepted -> look(client, accepted, 1), () -> rest(client)));
    }

    private void look(int client, Attempt accepted, int looks) {
        if (scenario.committed(accepted.ordinal()) > 0) {
            if (scenario.isAgreed(accepted, 1)) {
                seen.add(accepted.command());
            }
            rest(client);
        } else if (looks == LOOKS_MILLIS.length) {
            rest(client);
        } else {
            scenario.afterMillis(LOOKS_MILLIS[looks], () -> look(client, accepted, looks + 1));
        }
    }

    private void rest(int client) {
        scenario.afterMillis(79 + client * 17L, () -> handIn(client));
    }
}

package io.ostraka.it.containers;

import static java.util.stream.Collectors.joining;

import io.ostraka.client.OstrakaException;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.testcontainers.OstrakaCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Chooses what happens to a cluster of containers and lets it happen, one fault at a time: for some seconds it lasts,
 * then it ends; every third time only once all serve again. Its order is a function of the seed, its effect is not.
 */
final class ContainerFaults {

    private static final long LASTS_MILLIS_MIN = 1_500;
    private static final long LASTS_MILLIS_MAX = 7_000;
    private static final long BETWEEN_MILLIS_MAX = 3_000;
    private static final double LEADER_PREFERENCE = 0.6;

    private final ClusterUnderLoad load;
    private final Random random;
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

    private enum Kind {
        KILL,
        KILL_GROUP,
        KILL_CONTROLLER,
        STOP,
        PAUSE,
        CUT_OFF,
        CUT_OFF_MINORITY,
        DEAF,
        MUTE,
        LOSS,
        SLOW,
        MOVE,
        LEAVE_AND_JOIN
    }

    ContainerFaults(ClusterUnderLoad load, Random random) {
        this.load = load;
        this.random = random;
    }

    /** Lets faults happen for this long, and ends when all of them are over. */
    void happenFor(Duration time) throws Exception {
        long begin = System.nanoTime();
        for (int round = 0; System.nanoTime() - begin < time.toNanos(); round++) {
            Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
            counts.merge(kind, 1, Integer::sum);
            happen(kind);
            if (round % 3 == 2) {
                cluster().awaitServing();
            }
            pause(1, BETWEEN_MILLIS_MAX);
        }
    }

    /** A line for each fault that began or ended, with the time. */
    List<String> told() {
        return List.copyOf(told);
    }

    private void happen(Kind kind) throws Exception {
        switch (kind) {
            case KILL -> killed(List.of(node()));
            case KILL_GROUP -> killed(random.nextBoolean() ? ClusterUnderLoad.NODES_OF_SECOND : nodesOfFirst());
            case KILL_CONTROLLER -> killed(List.of(controller()));
            case STOP -> stopped(anyone());
            case PAUSE -> paused(anyone());
            case CUT_OFF -> cutOff(List.of(anyone()));
            case CUT_OFF_MINORITY -> cutOff(minority());
            case DEAF, MUTE, LOSS, SLOW -> disturbed(kind, anyone());
            case MOVE -> moved();
            case LEAVE_AND_JOIN -> leftAndJoined();
        }
    }

    private void killed(List<String> victims) {
        tell("kill " + victims);
        victims.forEach(cluster()::kill);
        last();
        tell("start " + victims);
        victims.forEach(victim -> cluster().container(victim).startAgain());
    }

    private void stopped(String victim) {
        tell("stop " + victim);
        cluster().stop(victim);
        last();
        tell("start " + victim);
        cluster().container(victim).startAgain();
    }

    private void paused(String victim) {
        tell("pause " + victim);
        cluster().pause(victim);
        last();
        tell("resume " + victim);
        cluster().resume(victim);
    }

    private void cutOff(List<String> victims) {
        tell("disconnect " + victims);
        victims.forEach(cluster()::disconnect);
        last();
        tell("reconnect " + victims);
        victims.forEach(cluster()::reconnect);
    }

    private void disturbed(Kind kind, String victim) throws Exception {
        ContainerNetwork network = new ContainerNetwork(cluster().container(victim));
        tell(kind + " " + victim);
        switch (kind) {
            case LOSS -> network.lose(0.05 + random.nextDouble() / 4);
            case SLOW -> network.slow(64 << random.nextInt(4));
            default -> {
                for (String peer : load.processes()) {
                    if (!peer.equals(victim)) {
                        if (kind == Kind.DEAF) {
                            network.hearNothingFrom(cluster().container(peer));
                        } else {
                            network.sayNothingTo(cluster().container(peer));
                        }
                    }
                }
            }
        }
        last();
        tell("heal " + victim);
        network.heal();
    }

    private void moved() {
        int shard = random.nextInt(ClusterUnderLoad.SHARDS);
        long gid = random.nextBoolean() ? ClusterUnderLoad.FIRST : ClusterUnderLoad.SECOND;
        change("move " + shard + " to " + gid, () -> cluster().admin().move(shard, gid, ChangeMode.APPLY));
    }

    private void leftAndJoined() {
        ClusterMap.Group group = cluster().admin().query().groups().stream()
                .filter(each -> each.gid() == ClusterUnderLoad.SECOND)
                .findFirst()
                .orElseThrow();
        change("leave " + group.gid(), () -> cluster().admin().leave(List.of(group.gid()), ChangeMode.APPLY));
        last();
        change("join " + group.gid(), () -> load.succeed("join", "--yes", "102=node-4:7100,node-5:7100,node-6:7100"));
    }

    /** A change that nobody may answer, just after a fault: it is made, or not, or made later. */
    private void change(String what, Runnable change) {
        try {
            change.run();
            tell(what);
        } catch (OstrakaException e) {
            tell(what + ": " + e.getMessage());
        }
    }

    private String node() {
        if (random.nextDouble() < LEADER_PREFERENCE) {
            Optional<String> leader =
                    cluster().leaderOf(random.nextBoolean() ? ClusterUnderLoad.FIRST : ClusterUnderLoad.SECOND);
            if (leader.isPresent()) {
                return leader.get();
            }
        }
        return oneOf(cluster().nodes());
    }

    private String controller() {
        return random.nextDouble() < LEADER_PREFERENCE
                ? cluster().leadingController().orElseGet(() -> oneOf(cluster().controllers()))
                : oneOf(cluster().controllers());
    }

    private String anyone() {
        return random.nextInt(3) == 0 ? controller() : node();
    }

    /** One of each three. */
    private List<String> minority() {
        return List.of(oneOf(cluster().controllers()), oneOf(nodesOfFirst()), oneOf(ClusterUnderLoad.NODES_OF_SECOND));
    }

    private List<String> nodesOfFirst() {
        return cluster().nodes().stream()
                .filter(node -> !ClusterUnderLoad.NODES_OF_SECOND.contains(node))
                .toList();
    }

    private String oneOf(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }

    private void last() {
        pause(LASTS_MILLIS_MIN, LASTS_MILLIS_MAX);
    }

    private void pause(long millisMin, long millisMax) {
        try {
            TimeUnit.MILLISECONDS.sleep(random.nextLong(millisMin, millisMax));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a fault lasted", e);
        }
    }

    private void tell(String what) {
        told.add(Instant.now() + " " + what);
    }

    private OstrakaCluster cluster() {
        return load.cluster();
    }

    @Override
    public String toString() {
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(joining(", "));
    }
}

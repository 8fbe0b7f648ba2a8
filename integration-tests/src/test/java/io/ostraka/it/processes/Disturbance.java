package io.ostraka.it.processes;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaException;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.server.cluster.MapWatch;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.cluster.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Kills processes and changes the configuration of a running cluster, as its seed says. */
final class Disturbance {

    private static final long COMING_AND_GOING = 103;
    private static final long KILL_MILLIS = 4_000;
    private static final long CHANGE_MILLIS = 10_000;
    private static final double LEADER_PREFERENCE = 0.7;
    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration SETTLING_TIMEOUT = Duration.ofMinutes(2);

    private final ProcessCluster cluster;
    private final Random kills;
    private final Random changes;
    private final AtomicInteger killed = new AtomicInteger();
    private final AtomicInteger joins = new AtomicInteger();
    private final AtomicInteger leaves = new AtomicInteger();
    private final AtomicInteger moves = new AtomicInteger();
    private final AtomicInteger unanswered = new AtomicInteger();

    Disturbance(ProcessCluster cluster, Random random) {
        this.cluster = cluster;
        this.kills = new Random(random.nextLong());
        this.changes = new Random(random.nextLong());
    }

    /** Disturbs for this long; a step that fails for another reason than a lack of answers fails the run. */
    void run(ScheduledExecutorService timer, Duration time) throws InterruptedException, ExecutionException {
        ScheduledFuture<?> killing =
                timer.scheduleWithFixedDelay(this::killOne, KILL_MILLIS, KILL_MILLIS, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> changing =
                timer.scheduleAtFixedRate(this::changeOnce, CHANGE_MILLIS, CHANGE_MILLIS, TimeUnit.MILLISECONDS);
        try {
            killing.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException over) {
            // A periodic task has no result; that the time is over is how it ends.
        }
        killing.cancel(false);
        changing.cancel(false);
        timer.shutdown();
        timer.awaitTermination(1, TimeUnit.MINUTES);
        if (changing.isDone() && !changing.isCancelled()) {
            changing.get();
        }
    }

    /** Waits until every shard is where it should be. */
    void settle() throws InterruptedException {
        try (OstrakaAdmin admin = cluster.admin(ADMIN_TIMEOUT)) {
            long num = admin.query().num();
            MapWatch.await(
                    admin,
                    SETTLING_TIMEOUT,
                    map -> map.num() >= num && map.shardsOnTheirWay() == 0,
                    "arrival of all shards");
        }
    }

    private void killOne() {
        ServerProcess victim = kills.nextDouble() < LEADER_PREFERENCE
                ? leading()
                : cluster.processes().get(kills.nextInt(cluster.processes().size()));
        restart(victim);
    }

    /** Kills a process that leads a group, and returns when it listens again. */
    void killALeader() {
        restart(leading());
    }

    private void restart(ServerProcess victim) {
        victim.kill();
        killed.incrementAndGet();
        try {
            victim.start().await();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ServerProcess leading() {
        try (OstrakaAdmin admin = cluster.admin(ADMIN_TIMEOUT)) {
            List<String> leaders = admin.status(false).nodes().stream()
                    .flatMap(answer -> answer.answer().stream())
                    .filter(node -> node.replicas().stream().anyMatch(Disturbance::leads))
                    .map(ClusterStatus.Node::address)
                    .toList();
            return leaders.isEmpty()
                    ? cluster.processes().getFirst()
                    : cluster.at(leaders.get(kills.nextInt(leaders.size())));
        }
    }

    private static boolean leads(ClusterStatus.Replica replica) {
        return replica.raft().role().equals("leader");
    }

    private void changeOnce() {
        try (OstrakaAdmin admin = cluster.admin(ADMIN_TIMEOUT)) {
            ClusterMap map = admin.query();
            List<ClusterMap.Group> staying =
                    map.groups().stream().filter(group -> !group.leaving()).toList();
            boolean there = map.groups().stream().anyMatch(group -> group.gid() == COMING_AND_GOING);
            if (changes.nextInt(3) == 0) {
                int shard = changes.nextInt(map.shards().size());
                admin.move(shard, staying.get(changes.nextInt(staying.size())).gid(), ChangeMode.APPLY);
                moves.incrementAndGet();
            } else if (there) {
                admin.leave(List.of(COMING_AND_GOING), ChangeMode.APPLY);
                leaves.incrementAndGet();
            } else {
                admin.join(List.of(cluster.group(COMING_AND_GOING)), ChangeMode.APPLY);
                joins.incrementAndGet();
            }
        } catch (OstrakaException e) {
            // The controller's leader may just have been killed: the change is made, or not, or made later.
            unanswered.incrementAndGet();
        }
    }

    @Override
    public String toString() {
        return killed + " kills, " + joins + " joins, " + leaves + " leaves, " + moves + " moves, " + unanswered
                + " changes without an answer";
    }
}

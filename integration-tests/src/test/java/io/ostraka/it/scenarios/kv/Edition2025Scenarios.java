package io.ostraka.it.scenarios.kv;

import static io.ostraka.it.scenarios.kv.StoreCluster.Setting.NEVER_CUT;
import static io.ostraka.it.scenarios.kv.StoreScenario.NO_PAUSE_MILLIS;
import static io.ostraka.it.scenarios.kv.StoreScenario.gid;
import static io.ostraka.it.scenarios.kv.StoreScenario.shardOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.it.scenarios.kv.StoreCluster.Place;
import io.ostraka.it.scenarios.kv.StoreCluster.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What the course's edition of 2025 added, in Ostraka's terms. There the controller is a library that keeps its state
 * in a store and orders each move by itself; here it is a replicated service that plans, and groups hand shards over
 * among themselves. So what is asked of its controller is asked here of the leader of the controllers.
 */
abstract class Edition2025Scenarios extends StoreScenarios {

    private static final int REPLICAS = 3;

    private void play(int groups, Script script) {
        play(groupsOf(groups, REPLICAS, NEVER_CUT), script);
    }

    /**
     * {@code RecoverCtrler}: the leader of the controllers dies in the middle of a change, and its successor goes on.
     */
    @Test
    void recoverController() {
        play(2, s -> {
            s.join(0);
            List<BackgroundClient> clients = s.beginAppending(s.putAll(10, 5), 5, 100);
            for (int round = 0; round < 2; round++) {
                loseLeaderWhile(s, () -> s.join(1), 0, 1);
                loseLeaderWhile(s, () -> s.leave(1), 0);
            }
            s.stop(clients);
            s.checkAll();
        });
    }

    /** The leader dies while it decides or just after; the others carry the change out before it is back. */
    private static void loseLeaderWhile(StoreScenario s, Runnable change, Integer... settled) {
        Place.Controller leader = s.cluster().leaderOfControllers();
        s.cluster().afterMillis(s.random().nextInt(8), () -> s.cluster().shutDown(leader));
        change.run();
        s.awaitSettled(settled);
        s.cluster().start(leader);
    }

    /**
     * {@code PartitionControllerJoin}, {@code PartitionRecovery}: it is cut off from the others in mid-change instead.
     */
    @Test
    void partitionControllerJoin() {
        play(2, s -> {
            s.needsSimulation();
            s.join(0);
            s.putAll(10, 5);
            Place.Controller leader = s.cluster().leaderOfControllers();
            List<Place> others = new ArrayList<>();
            for (int number = 0; number < StoreCluster.CONTROLLERS; number++) {
                others.add(new Place.Controller(number));
            }
            others.remove(leader);
            s.split(List.of(leader), others);
            s.join(1);
            s.awaitSettled(0, 1);
            s.checkAndAppendAll(5);

            s.cluster().heal();
            s.leave(0);
            s.awaitSettled(1);
            s.checkAll();
        });
    }

    /** A leader of the controllers that slept through its successor's changes decides nothing when it wakes. */
    @Test
    void oldControllerIsFencedOff() {
        play(2, s -> {
            s.needsSimulation();
            s.join(0);
            s.putAll(10, 5);
            Place.Controller old = s.cluster().leaderOfControllers();
            s.cluster().pause(old, 6_000);
            s.join(1);
            Placement settled = s.awaitSettled(0, 1);
            assertThat(s.cluster().leaderOfControllers()).isNotEqualTo(old);

            // The first thing that it hears when it wakes, while it still takes itself for the leader.
            CompletableFuture<Boolean> decided = s.cluster().leaveDecidedBy(old, 0);
            assertThat(s.cluster().await("what the old leader says", decided)).isFalse();
            assertThat(s.cluster().query()).isEqualTo(settled);
            s.checkAll();
        });
    }

    /** What no classic test does: each controller is started anew while groups run and shards move. */
    @Test
    void controllersRestartWhileGroupsRun() {
        play(2, s -> {
            s.join(0);
            List<BackgroundClient> clients = s.beginAppending(s.putAll(10, 5), 5, 100);
            for (int number = 0; number < StoreCluster.CONTROLLERS; number++) {
                Place.Controller controller = new Place.Controller(number);
                s.cluster().shutDown(controller);
                if (number % 2 == 0) {
                    s.join(1);
                } else {
                    s.leave(1);
                }
                s.sleepMillis(200);
                s.cluster().start(controller);
                s.sleepMillis(1_500);
            }
            s.awaitSettled(0, 1);
            s.stop(clients);
            s.checkAll();
        });
    }

    /** What no classic test does: leaders of groups stand still for longer than an election, and then go on. */
    @Test
    void leadersStandStill() {
        play(2, s -> {
            s.join(0);
            s.join(1);
            List<BackgroundClient> clients = s.beginAppending(s.putAll(10, 5), 5, 50);
            for (int round = 0; round < 3; round++) {
                s.cluster().pause(s.cluster().leaderOf(round % 2), 2_500);
                s.sleepMillis(1_500);
            }
            s.stop(clients);
            s.checkAll();
        });
    }

    /** {@code ManyJoinLeave}, on a reliable network. */
    @Test
    void manyJoinLeaveReliable() {
        play(4, Edition2025Scenarios::manyJoinLeave);
    }

    /** {@code ManyJoinLeave}, on an unreliable network. */
    @Test
    void manyJoinLeaveUnreliable() {
        play(4, s -> {
            s.unreliable();
            manyJoinLeave(s);
        });
    }

    private static void manyJoinLeave(StoreScenario s) {
        SortedSet<Integer> joined = new TreeSet<>(List.of(0));
        s.join(0);
        s.putAll(10, 5);
        for (int change = 0; change < 10; change++) {
            joinOrLeave(s, joined);
            s.checkAndAppendAll(5);
        }
        s.awaitSettled(joined.toArray(Integer[]::new));
    }

    /** Any group leaves if it has joined, unless it is the only one, and joins if it has not. */
    private static void joinOrLeave(StoreScenario s, SortedSet<Integer> joined) {
        int group = s.random().nextInt(s.cluster().setting().groups());
        if (joined.add(group)) {
            s.join(group);
        } else if (joined.size() > 1) {
            joined.remove(group);
            s.leave(group);
        }
    }

    /** {@code OneConcurrentClerkReliable}. */
    @Test
    void oneConcurrentClerkReliable() {
        play(3, s -> concurrentClerks(s, 1));
    }

    /** {@code ManyConcurrentClerkReliable}. */
    @Test
    void manyConcurrentClerksReliable() {
        play(3, s -> concurrentClerks(s, 10));
    }

    /** {@code OneConcurrentClerkUnreliable}. */
    @Test
    void oneConcurrentClerkUnreliable() {
        play(3, s -> {
            s.unreliable();
            concurrentClerks(s, 1);
        });
    }

    /** {@code ManyConcurrentClerkUnreliable}. */
    @Test
    void manyConcurrentClerksUnreliable() {
        play(3, s -> {
            s.unreliable();
            concurrentClerks(s, 10);
        });
    }

    private static void concurrentClerks(StoreScenario s, int count) {
        SortedSet<Integer> joined = new TreeSet<>(List.of(0));
        s.join(0);
        // What is counted are calls while shards move, not how soon processes that have just started elect a leader.
        s.awaitSettled(0);
        List<String> keys = StoreScenario.keys(10);
        List<BackgroundClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(s.beginRandomCalls(keys, 5 * NO_PAUSE_MILLIS));
        }
        for (int change = 0; change < 10; change++) {
            joinOrLeave(s, joined);
            s.sleepMillis(300);
        }
        assertThat(s.stop(clients)).as("calls").isGreaterThan(10L * count);
        s.awaitSettled(joined.toArray(Integer[]::new));
    }

    /**
     * {@code Shutdown}: the source goes down in mid-change; what has arrived is served, and the rest once it is back.
     */
    @Test
    void shutdown() {
        play(2, s -> {
            s.join(0);
            s.putAll(10, 5);
            s.join(1);
            s.sleepMillis(s.random().nextInt(20));
            s.shutDownGroup(0);
            s.sleepMillis(1_000);
            s.startGroup(0);
            s.awaitSettled(0, 1);
            s.checkAndAppendAll(5);
            s.shutDownGroup(1);
            s.startGroup(1);
            s.checkAll();
        });
    }

    /** {@code ProgressShutdown}: a group that is down stops its own shards, and no others, which even move. */
    @Test
    void progressShutdown() {
        play(3, s -> {
            s.join(0, 1);
            Placement before = s.awaitSettled(0, 1);
            List<String> keys = s.putAll(10, 5);
            List<String> others = keys.stream()
                    .filter(key -> before.owners().get(shardOf(key)) == gid(0))
                    .toList();
            s.shutDownGroup(1);
            s.join(2);
            s.awaitPlacement("shards at group 2", now -> now.owners().contains(gid(2)));
            for (String key : others) {
                s.check(key);
                s.append(key, s.piece(5));
            }
            s.startGroup(1);
            s.awaitSettled(0, 1, 2);
            s.checkAll();
        });
    }

    /** {@code ProgressJoin}: shards whose future group is down stay where they are, and are served; no key waits. */
    @Test
    void progressJoin() {
        play(3, s -> {
            s.join(0, 1);
            s.awaitSettled(0, 1);
            s.putAll(10, 5);
            s.shutDownGroup(2);
            s.join(2);
            s.sleepMillis(1_000);
            long begin = s.cluster().nowNanos();
            s.checkAndAppendAll(5);
            assertThat(TimeUnit.NANOSECONDS.toSeconds(s.cluster().nowNanos() - begin))
                    .as("seconds for 20 calls")
                    .isLessThan(10);
            assertThat(s.cluster().query().owners()).doesNotContain(gid(2));
            s.startGroup(2);
            s.awaitSettled(0, 1, 2);
            s.checkAll();
        });
    }

    /** {@code DeleteBasic}: who has given its shards away has the space back. */
    @Test
    void deleteBasic() {
        play(2, s -> {
            s.needsSimulation();
            s.join(0);
            s.putAll(30, 1_000);
            Place.Replica node = new Place.Replica(0, 0);
            long full = s.cluster().holding(node).storeBytes();
            assertThat(full).isGreaterThan(30_000);
            s.join(1);
            s.awaitSettled(0, 1);
            s.sleepMillis(1_000);
            assertThat(s.cluster().holding(node).storeBytes()).isLessThan(full * 6 / 10);
            s.leave(0);
            s.awaitSettled(1);
            s.sleepMillis(1_000);
            assertThat(s.cluster().holding(node).storeBytes()).isLessThan(full / 20);
            s.checkAll();
        });
    }

    /** {@code AcquireLockConcurrentReliable}. */
    @Test
    void acquireLockConcurrentReliable() {
        play(2, Edition2025Scenarios::lockConcurrently);
    }

    /** {@code AcquireLockConcurrentUnreliable}. */
    @Test
    void acquireLockConcurrentUnreliable() {
        play(2, s -> {
            s.unreliable();
            lockConcurrently(s);
        });
    }

    /** Clients count together under a lock, while lock and number move from group to group. */
    private static void lockConcurrently(StoreScenario s) {
        int users = 5;
        int rounds = 6;
        s.join(0);
        s.put("counter", "0");
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (int i = 0; i < users; i++) {
            StoreClerk clerk = s.newClerk();
            StoreLock lock = new StoreLock(s.cluster(), clerk, "lock", 0);
            ends.add(new LockUser(s.cluster(), clerk, lock, "counter", rounds).begin());
        }
        s.sleepMillis(200);
        s.join(1);
        s.sleepMillis(500);
        s.leave(0);
        ends.forEach(end -> s.cluster().await("all rounds", end));
        s.awaitSettled(1);
        s.checkIs("counter", "" + users * rounds);
    }

    /** {@code LeaseBasicRelease}: who gives a lease back makes room at once. */
    @Test
    void leaseBasicRelease() {
        play(1, s -> {
            StoreLock one = lease(s, 60_000);
            StoreLock other = lease(s, 60_000);
            long tenure = one.acquire().orElseThrow();
            assertThat(other.acquire()).isEmpty();
            assertThat(one.release(tenure)).isTrue();
            assertThat(other.acquire()).isPresent();
            assertThat(one.release(tenure)).as("giving back what another holds").isFalse();
        });
    }

    /** {@code LeaseBasicExpire}: a lease is over by itself, not before its time, and also while its leader is lost. */
    @Test
    void leaseBasicExpire() {
        play(1, s -> {
            StoreLock one = lease(s, 3_000);
            StoreLock other = lease(s, 3_000);
            long tenure = one.acquire().orElseThrow();
            s.sleepMillis(1_500);
            assertThat(other.acquire()).isEmpty();
            s.cluster().shutDown(s.cluster().leaderOf(0));
            s.sleepMillis(5_000);
            assertThat(other.acquire()).isPresent();
            assertThat(one.release(tenure)).as("giving back what is over").isFalse();
            assertThat(one.acquire()).isEmpty();
        });
    }

    /** {@code LeaseBasicRefresh}: a lease that is renewed in time goes on. */
    @Test
    void leaseBasicRefresh() {
        play(1, s -> {
            StoreLock one = lease(s, 3_000);
            StoreLock other = lease(s, 3_000);
            long tenure = one.acquire().orElseThrow();
            for (int i = 0; i < 4; i++) {
                s.sleepMillis(1_500);
                tenure = one.refresh(tenure).orElseThrow();
                assertThat(other.acquire()).isEmpty();
            }
            s.sleepMillis(5_000);
            assertThat(one.refresh(tenure)).as("renewing what is over").isEmpty();
            assertThat(other.acquire()).isPresent();
        });
    }

    private static StoreLock lease(StoreScenario s, long millis) {
        if (s.cluster().query().groups().isEmpty()) {
            s.join(0);
            s.leavesNoHistory();
        }
        return new StoreLock(s.cluster(), s.newPatientClerk(), "lease", millis);
    }
}

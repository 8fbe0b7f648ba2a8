package io.ostraka.it.scenarios.kv;

import static io.ostraka.it.scenarios.kv.StoreCluster.Setting.NEVER_CUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.it.scenarios.kv.StoreCluster.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The classic scenarios of a single group of replicas; it holds all ten shards. */
abstract class KvRaftScenarios extends StoreScenarios {

    private static final int ITERATIONS = 3;
    private static final long ITERATION_MILLIS = 5_000;
    private static final long CALL_PAUSE_MILLIS = 150;

    /** What {@code GenericTest} is told beside the number of clients and servers. */
    private enum With {
        UNRELIABLE,
        CRASHES,
        PARTITIONS,
        LOGS_CUT,
        RANDOM_KEYS
    }

    private void generic(int clients, int servers, With... with) {
        List<With> what = List.of(with);
        long unflushed = what.contains(With.LOGS_CUT) ? 1_000 : NEVER_CUT;
        play(groupsOf(1, servers, unflushed), s -> {
            if (what.contains(With.PARTITIONS) || what.contains(With.UNRELIABLE)) {
                s.needsSimulation();
            }
            if (what.contains(With.UNRELIABLE)) {
                s.unreliable();
            }
            s.join(0);
            for (int i = 0; i < ITERATIONS; i++) {
                iterate(s, i, clients, what);
            }
        });
    }

    private static void iterate(StoreScenario s, int iteration, int clients, List<With> what) {
        List<OwnKeyCalls> own = new ArrayList<>();
        List<BackgroundClient> calling = new ArrayList<>();
        List<String> keys =
                IntStream.range(0, clients).mapToObj(i -> "shared-" + i).toList();
        for (int i = 0; i < clients; i++) {
            if (what.contains(With.RANDOM_KEYS)) {
                calling.add(s.beginRandomCalls(keys, CALL_PAUSE_MILLIS));
            } else {
                String key = "own-" + i;
                own.add(new OwnKeyCalls(key, s.cluster().random("iteration " + iteration + " of " + key)));
                calling.add(s.begin(own.getLast(), CALL_PAUSE_MILLIS));
            }
        }
        disturb(s, what);
        calling.forEach(BackgroundClient::stop);
        if (what.contains(With.CRASHES)) {
            s.shutDownGroup(0);
            s.sleepMillis(1_000);
            s.startGroup(0);
        }
        s.awaitEnds(calling);
        own.forEach(client -> s.checkIs(client.key(), client.value()));
        s.checkLogs();
    }

    private static void disturb(StoreScenario s, List<With> what) {
        if (!what.contains(With.PARTITIONS)) {
            s.sleepMillis(ITERATION_MILLIS);
            return;
        }
        Partitioner partitioner = Partitioner.begin(s.cluster(), s.allReplicas());
        s.sleepMillis(ITERATION_MILLIS);
        assertThat(partitioner.stop()).as("partitions").isGreaterThanOrEqualTo(3);
        s.sleepMillis(1_000);
    }

    /** {@code TestBasic3A}. */
    @Test
    void basic3A() {
        generic(1, 5);
    }

    /** {@code TestConcurrent3A}. */
    @Test
    void concurrent3A() {
        generic(5, 5);
    }

    /** {@code TestUnreliable3A}. */
    @Test
    void unreliable3A() {
        generic(5, 5, With.UNRELIABLE);
    }

    /** {@code TestManyPartitionsOneClient3A}. */
    @Test
    void manyPartitionsOneClient3A() {
        generic(1, 5, With.PARTITIONS);
    }

    /** {@code TestManyPartitionsManyClients3A}. */
    @Test
    void manyPartitionsManyClients3A() {
        generic(5, 5, With.PARTITIONS);
    }

    /** {@code TestPersistOneClient3A}. */
    @Test
    void persistOneClient3A() {
        generic(1, 5, With.CRASHES);
    }

    /** {@code TestPersistConcurrent3A}. */
    @Test
    void persistConcurrent3A() {
        generic(5, 5, With.CRASHES);
    }

    /** {@code TestPersistConcurrentUnreliable3A}. */
    @Test
    void persistConcurrentUnreliable3A() {
        generic(5, 5, With.UNRELIABLE, With.CRASHES);
    }

    /** {@code TestPersistPartition3A}. */
    @Test
    void persistPartition3A() {
        generic(5, 5, With.CRASHES, With.PARTITIONS);
    }

    /** {@code TestPersistPartitionUnreliable3A}. */
    @Test
    void persistPartitionUnreliable3A() {
        generic(5, 5, With.UNRELIABLE, With.CRASHES, With.PARTITIONS);
    }

    /** {@code TestPersistPartitionUnreliableLinearizable3A}. */
    @Test
    void persistPartitionUnreliableLinearizable3A() {
        generic(15, 7, With.UNRELIABLE, With.CRASHES, With.PARTITIONS, With.RANDOM_KEYS);
    }

    /** {@code TestSnapshotRecover3B}. */
    @Test
    void snapshotRecover3B() {
        generic(1, 5, With.CRASHES, With.LOGS_CUT);
    }

    /** {@code TestSnapshotRecoverManyClients3B}. */
    @Test
    void snapshotRecoverManyClients3B() {
        generic(20, 5, With.CRASHES, With.LOGS_CUT);
    }

    /** {@code TestSnapshotUnreliable3B}. */
    @Test
    void snapshotUnreliable3B() {
        generic(5, 5, With.UNRELIABLE, With.LOGS_CUT);
    }

    /** {@code TestSnapshotUnreliableRecover3B}. */
    @Test
    void snapshotUnreliableRecover3B() {
        generic(5, 5, With.UNRELIABLE, With.CRASHES, With.LOGS_CUT);
    }

    /** {@code TestSnapshotUnreliableRecoverConcurrentPartition3B}. */
    @Test
    void snapshotUnreliableRecoverConcurrentPartition3B() {
        generic(5, 5, With.UNRELIABLE, With.CRASHES, With.PARTITIONS, With.LOGS_CUT);
    }

    /** {@code TestSnapshotUnreliableRecoverConcurrentPartitionLinearizable3B}. */
    @Test
    void snapshotUnreliableRecoverConcurrentPartitionLinearizable3B() {
        generic(15, 7, With.UNRELIABLE, With.CRASHES, With.PARTITIONS, With.LOGS_CUT, With.RANDOM_KEYS);
    }

    /** {@code TestSpeed3A}. */
    @Test
    void speed3A() {
        play(groupsOf(1, 3, NEVER_CUT), KvRaftScenarios::thousandAppends);
    }

    /** {@code TestSpeed3B}. */
    @Test
    void speed3B() {
        play(groupsOf(1, 3, 1_000), KvRaftScenarios::thousandAppends);
    }

    /** The classic bound is three calls a heartbeat, 33 s in all; here no call waits for one. */
    private static void thousandAppends(StoreScenario s) {
        s.join(0);
        s.clerk().get("x");
        s.put("x", "");
        long begin = s.cluster().nowNanos();
        for (int i = 0; i < 1_000; i++) {
            s.append("x", "x 0 " + i + " y");
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(s.cluster().nowNanos() - begin);
        assertThat(millis).as("time for 1,000 appends").isLessThanOrEqualTo(10_000);
        s.check("x");
        s.checkLogs();
    }

    /** {@code TestUnreliableOneKey3A}. */
    @Test
    void unreliableOneKey3A() {
        play(groupsOf(1, 3, NEVER_CUT), s -> {
            s.unreliable();
            s.join(0);
            s.clerk().put("k", "");
            List<CompletableFuture<?>> ends = new ArrayList<>();
            for (int client = 0; client < 5; client++) {
                ends.add(s.newClerk().appending("k", elements(client)));
            }
            ends.forEach(end -> s.cluster().await("ten appends", end));

            String value = s.clerk().get("k");
            assertThat(value).hasSize(50 * "x 0 0 y".length());
            for (int client = 0; client < 5; client++) {
                assertThat(value).containsSubsequence(elements(client));
                for (String element : elements(client)) {
                    assertThat(value).containsOnlyOnce(element);
                }
            }
        });
    }

    private static List<String> elements(int client) {
        return IntStream.range(0, 10)
                .mapToObj(i -> "x " + client + " " + i + " y")
                .toList();
    }

    /** {@code TestOnePartition3A}; both calls of the minority are really awaited, and the read, too, is judged. */
    @Test
    void onePartition3A() {
        play(groupsOf(1, 5, NEVER_CUT), s -> {
            s.needsSimulation();
            s.join(0);
            s.put("1", "13");
            StoreClerk outside = s.newPatientClerk();
            StoreClerk putting = s.newPatientClerk();
            StoreClerk reading = s.newPatientClerk();
            List.of(outside, putting, reading)
                    .forEach(clerk -> assertThat(clerk.get("1")).isEqualTo("13"));

            Place.Replica leader = s.cluster().leaderOf(0);
            List<Place> minority = new ArrayList<>(List.of(putting.place(), reading.place(), leader));
            minority.add(new Place.Replica(0, (leader.number() + 1) % 5));
            List<Place> majority = new ArrayList<>(s.allReplicas());
            majority.removeAll(minority);
            majority.add(outside.place());
            s.split(majority, minority);
            outside.put("1", "14");
            assertThat(outside.get("1")).isEqualTo("14");

            CompletableFuture<?> put = putting.putting("1", "15");
            CompletableFuture<String> get = reading.getting("1");
            s.sleepMillis(1_000);
            assertThat(put.isDone()).as("a put without a majority").isFalse();
            assertThat(get.isDone()).as("a get without a majority").isFalse();
            assertThat(outside.get("1")).isEqualTo("14");
            outside.put("1", "16");
            assertThat(outside.get("1")).isEqualTo("16");

            long healed = s.cluster().nowNanos();
            s.cluster().heal();
            s.cluster().await("the put", put);
            assertThat(s.cluster().await("the get", get)).isIn("15", "16");
            assertThat(TimeUnit.NANOSECONDS.toMillis(s.cluster().nowNanos() - healed))
                    .isLessThanOrEqualTo(4_000);
            assertThat(outside.get("1")).isEqualTo("15");
            s.checkIs("1", "15");
        });
    }

    /** {@code TestSnapshotRPC3B}. */
    @Test
    void snapshotRpc3B() {
        play(groupsOf(1, 3, 1_000), s -> {
            s.needsSimulation();
            s.join(0);
            s.put("a", "A");
            List<Place.Replica> servers = s.allReplicas();
            s.split(List.of(s.clerk().place(), servers.get(0), servers.get(1)), List.of(servers.get(2)));
            for (int i = 0; i < 50; i++) {
                s.put("" + i, "" + i);
            }
            s.sleepMillis(1_000);
            s.put("b", "B");
            s.checkLogs(1_000, servers.subList(0, 2));
            long snapshots = s.cluster().snapshotsInstalled();

            s.cluster().heal();
            s.split(List.of(s.clerk().place(), servers.get(0), servers.get(2)), List.of(servers.get(1)));
            s.put("c", "C");
            s.put("d", "D");
            List.of("a", "b", "1", "49").forEach(s::check);
            assertThat(s.cluster().snapshotsInstalled()).as("snapshots").isGreaterThan(snapshots);

            s.cluster().heal();
            s.put("e", "E");
            List.of("c", "e", "1").forEach(s::check);
        });
    }

    /**
     * {@code TestSnapshotSize3B}: what is kept does not grow with the number of writes. By design a store remembers of
     * each session how its last 1,024 writes to a shard ended, so it is measured once there were as many; the classic
     * bound of 500 bytes is on what comes to that.
     */
    @Test
    void snapshotSize3B() {
        play(groupsOf(1, 3, 1_000), s -> {
            s.needsSimulation();
            s.join(0);
            for (int i = 0; i < 1_100; i++) {
                s.put("x", "" + i % 2);
            }
            s.check("x");
            long before = s.storeBytesOfAll();
            for (int i = 0; i < 200; i++) {
                s.put("x", "0");
                s.check("x");
                s.put("x", "1");
                s.check("x");
            }
            s.checkLogs();
            assertThat(s.storeBytesOfAll()).isLessThanOrEqualTo(before + 3 * 500);
        });
    }
}

package io.ostraka.it.scenarios.kv;

import static io.ostraka.it.scenarios.kv.StoreCluster.Setting.NEVER_CUT;
import static io.ostraka.it.scenarios.kv.StoreScenario.NO_PAUSE_MILLIS;
import static io.ostraka.it.scenarios.kv.StoreScenario.gid;
import static io.ostraka.it.scenarios.kv.StoreScenario.shardOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.it.scenarios.kv.StoreCluster.Placement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The classic scenarios of groups that hand shards over: three groups of three nodes, ten shards. */
abstract class ShardKvScenarios extends StoreScenarios {

    private static final int GROUPS = 3;
    private static final int REPLICAS = 3;

    private void play(long unflushedBytesMax, Script script) {
        play(groupsOf(GROUPS, REPLICAS, unflushedBytesMax), script);
    }

    /** {@code TestStaticShards}: what is on a group that is down is not served, and the rest is. */
    @Test
    void staticShards() {
        play(NEVER_CUT, s -> {
            s.join(0);
            s.join(1);
            Placement placed = s.awaitSettled(0, 1);
            List<String> keys = s.putAll(10, 20);
            s.checkAll();

            s.shutDownGroup(1);
            Map<String, CompletableFuture<String>> gets = new LinkedHashMap<>();
            keys.forEach(key -> gets.put(key, s.newClerk().getting(key)));
            awaitNoMore(s, gets.values());
            List<String> served = keys.stream()
                    .filter(key -> placed.owners().get(shardOf(key)) == gid(0))
                    .toList();
            assertThat(served).hasSize(5);
            List<String> answered = new ArrayList<>();
            gets.forEach((key, get) -> {
                if (get.isDone()) {
                    answered.add(key);
                }
            });
            assertThat(answered).isEqualTo(served);

            s.startGroup(1);
            gets.forEach((key, get) -> s.checkValue(key, s.cluster().await("the get of " + key, get)));
            s.checkAll();
            s.checkLogs();
        });
    }

    /** Waits until no further call has ended for two seconds. */
    private static void awaitNoMore(StoreScenario s, Iterable<? extends CompletableFuture<?>> calls) {
        int before = -1;
        for (int now = done(calls); now > before; now = done(calls)) {
            before = now;
            s.sleepMillis(2_000);
        }
    }

    private static int done(Iterable<? extends CompletableFuture<?>> calls) {
        int done = 0;
        for (CompletableFuture<?> call : calls) {
            done += call.isDone() ? 1 : 0;
        }
        return done;
    }

    /**
     * {@code TestJoinLeave}: shards move to a group that joins, and back from one that leaves and is then shut down.
     */
    @Test
    void joinLeave() {
        play(NEVER_CUT, s -> {
            s.join(0);
            s.putAll(10, 5);
            s.checkAll();

            s.join(1);
            s.checkAndAppendAll(5);
            s.leave(0);
            s.checkAndAppendAll(5);
            s.awaitSettled(1);
            s.checkLogs();

            s.shutDownGroup(0);
            s.checkAll();
        });
    }

    /** {@code TestSnapshot}: logs are cut while shards move, and all groups come back from what they have stored. */
    @Test
    void snapshot() {
        play(1_000, s -> {
            s.join(0);
            s.putAll(30, 20);
            s.checkAll();

            s.join(1);
            s.join(2);
            s.leave(0);
            s.checkAndAppendAll(20);
            s.leave(1);
            s.join(0);
            s.checkAndAppendAll(20);
            s.sleepMillis(1_000);
            s.checkAll();
            s.sleepMillis(1_000);
            s.checkLogs();

            s.shutDownAllGroups();
            s.startAllGroups();
            s.checkAll();
        });
    }

    /** {@code TestMissChange}: a replica of each group misses changes, and is then needed for a majority. */
    @Test
    void missChange() {
        play(1_000, s -> {
            s.join(0);
            s.putAll(10, 5);
            s.checkAll();
            s.join(1);

            s.shutDownReplicas(0);
            s.join(2);
            s.leave(1);
            s.leave(0);
            s.checkAndAppendAll(20);
            s.join(1);
            s.checkAndAppendAll(20);

            s.startReplicas(0);
            s.checkAndAppendAll(20);
            s.sleepMillis(2_000);

            s.shutDownReplicas(1);
            s.join(0);
            s.leave(2);
            s.checkAndAppendAll(20);
            s.startReplicas(1);
            s.checkAll();
        });
    }

    /** {@code TestConcurrent1}: clients append while groups join, leave, and are all shut down. */
    @Test
    void concurrent1() {
        play(100, s -> {
            s.join(0);
            List<String> keys = s.putAll(10, 5);
            List<BackgroundClient> clients = s.beginAppending(keys, 5, 10);

            s.sleepMillis(150);
            s.join(1);
            s.sleepMillis(500);
            s.join(2);
            s.sleepMillis(500);
            s.leave(0);

            s.shutDownGroup(0);
            s.sleepMillis(100);
            s.shutDownGroup(1);
            s.sleepMillis(100);
            s.shutDownGroup(2);
            s.leave(2);
            s.sleepMillis(100);
            s.startAllGroups();
            s.sleepMillis(100);
            s.join(0);
            s.leave(1);
            s.sleepMillis(500);
            s.join(1);
            s.sleepMillis(1_000);
            s.stop(clients);
            s.checkAll();
        });
    }

    /** {@code TestConcurrent2}: groups come back while shards are on their way, and find the right sources. */
    @Test
    void concurrent2() {
        play(NEVER_CUT, s -> {
            s.join(1);
            s.join(0);
            s.join(2);
            List<String> keys = s.putAll(10, 1);
            List<BackgroundClient> clients = s.beginAppending(keys, 1, 50);

            s.leave(0);
            s.leave(2);
            s.sleepMillis(3_000);
            s.join(0);
            s.join(2);
            s.leave(1);
            s.sleepMillis(3_000);
            s.join(1);
            s.leave(0);
            s.leave(2);
            s.sleepMillis(3_000);

            s.shutDownGroup(1);
            s.shutDownGroup(2);
            s.sleepMillis(1_000);
            s.startGroup(1);
            s.startGroup(2);
            s.sleepMillis(2_000);
            s.stop(clients);
            s.checkAll();
        });
    }

    /** {@code TestUnreliable1}: one client, on a bad network. */
    @Test
    void unreliable1() {
        play(100, s -> {
            s.unreliable();
            s.join(0);
            List<String> keys = s.putAll(10, 5);
            s.join(1);
            s.join(2);
            s.leave(0);
            for (int i = 0; i < 20; i++) {
                s.check(keys.get(i % 10));
                s.append(keys.get(i % 10), s.piece(5));
            }
            s.join(0);
            s.leave(1);
            for (int i = 0; i < 20; i++) {
                s.check(keys.get(i % 10));
            }
        });
    }

    /** {@code TestUnreliable2}: clients append on a bad network while groups come and go. */
    @Test
    void unreliable2() {
        play(100, s -> {
            s.unreliable();
            s.join(0);
            List<String> keys = s.putAll(10, 5);
            List<BackgroundClient> clients = s.beginAppending(keys, 5, NO_PAUSE_MILLIS);
            groupsComeAndGo(s);
            s.stop(clients);
            s.reliable();
            s.checkAll();
        });
    }

    private static void groupsComeAndGo(StoreScenario s) {
        s.sleepMillis(150);
        s.join(1);
        s.sleepMillis(500);
        s.join(2);
        s.sleepMillis(500);
        s.leave(0);
        s.sleepMillis(500);
        s.leave(1);
        s.sleepMillis(500);
        s.join(1);
        s.join(0);
        s.sleepMillis(2_000);
    }

    /** {@code TestUnreliable3}: the same with all clients on all keys, whose history must be linearizable. */
    @Test
    void unreliable3() {
        play(100, s -> {
            s.unreliable();
            s.join(0);
            List<String> keys = s.putAll(10, 5);
            List<BackgroundClient> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(s.beginRandomCalls(keys, NO_PAUSE_MILLIS));
            }
            groupsComeAndGo(s);
            s.stop(clients);
            s.reliable();
            s.forgetExpected();
        });
    }

    /**
     * {@code TestChallenge1Delete}: who has given a shard away deletes it. The bound is the classic one, over the
     * stores of all nine nodes; logs have a bound of their own.
     */
    @Test
    void challenge1Delete() {
        play(1, s -> {
            s.join(0);
            List<String> keys = s.putAll(30, 1_000);
            List<String> some = keys.subList(0, 3);
            some.forEach(s::check);
            for (int round = 0; round < 2; round++) {
                s.join(1);
                s.leave(0);
                s.join(2);
                s.sleepMillis(3_000);
                some.forEach(s::check);
                s.leave(1);
                s.join(0);
                s.leave(2);
                s.sleepMillis(3_000);
                some.forEach(s::check);
            }
            s.join(1);
            s.join(2);
            for (int i = 0; i < 3; i++) {
                s.sleepMillis(1_000);
                some.forEach(s::check);
            }
            s.checkStores(3 * ((30 - 3) * 1_000 + 2 * 3 * 1_000 + 6_000));
            s.checkLogs();
            s.checkAll();
        });
    }

    /** {@code TestChallenge1Concurrent}: the same under load, while all groups go down again and again. */
    @Test
    void challenge1Concurrent() {
        play(300, s -> {
            s.join(0);
            List<String> keys = s.putAll(10, 1);
            List<BackgroundClient> clients = s.beginAppending(keys, 1, 40);
            long begin = s.cluster().nowNanos();
            while (s.cluster().nowNanos() - begin < 12_000_000_000L) {
                s.join(2);
                s.join(1);
                s.sleepMillis(s.random().nextInt(900));
                s.shutDownAllGroups();
                s.startAllGroups();
                s.sleepMillis(s.random().nextInt(900));
                s.leave(1);
                s.leave(2);
                s.sleepMillis(s.random().nextInt(900));
            }
            s.sleepMillis(2_000);
            s.stop(clients);
            s.checkAll();
        });
    }

    /**
     * {@code TestChallenge2Unaffected}: a shard is served although others cannot be fetched from a group that is dead.
     */
    @Test
    void challenge2Unaffected() {
        play(100, s -> {
            s.unreliable();
            s.join(0);
            List<String> keys = StoreScenario.keys(10);
            keys.forEach(key -> s.put(key, "100"));
            s.join(1);
            Placement placed = s.awaitSettled(0, 1);
            List<String> own = keysOf(keys, placed, 1);
            assertThat(own).hasSize(5);
            own.forEach(key -> s.put(key, "101"));

            s.shutDownGroup(0);
            s.leave(0);
            s.sleepMillis(1_000);
            own.forEach(key -> writeAndRead(s, key, "101-1"));
            assertThat(s.cluster().query().owners())
                    .as("what cannot have moved")
                    .isEqualTo(placed.owners());
        });
    }

    private static List<String> keysOf(List<String> keys, Placement placed, int group) {
        return keys.stream()
                .filter(key -> placed.owners().get(shardOf(key)) == gid(group))
                .toList();
    }

    private static void writeAndRead(StoreScenario s, String key, String value) {
        s.check(key);
        s.put(key, value);
        s.check(key);
    }

    /** {@code TestChallenge2Partial}: a group serves what has arrived while it still waits for the rest. */
    @Test
    void challenge2Partial() {
        play(100, s -> {
            s.unreliable();
            s.join(0, 1, 2);
            Placement placed = s.awaitSettled(0, 1, 2);
            List<String> keys = StoreScenario.keys(10);
            keys.forEach(key -> s.put(key, "100"));
            List<String> moving = keysOf(keys, placed, 2);
            List<String> stuck = keysOf(keys, placed, 0);
            assertThat(moving).hasSizeGreaterThanOrEqualTo(3);

            s.shutDownGroup(0);
            s.leave(0, 2);
            s.awaitPlacement(
                    "the shards of group 2 at group 1",
                    now -> keysOf(keys, now, 1).containsAll(moving));
            moving.forEach(key -> writeAndRead(s, key, "100-2"));
            assertThat(keysOf(keys, s.cluster().query(), 0))
                    .as("what waits for the dead group")
                    .isEqualTo(stuck);
        });
    }
}

package io.ostraka.it.scenarios.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.it.scenarios.kv.StoreCluster.Place;
import io.ostraka.it.scenarios.kv.StoreCluster.Placement;
import io.ostraka.proto.ShardHash;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assumptions;

/**
 * One run of a classic scenario of the store, and the words in which those tests speak: keys with the values that they
 * must have, groups that join and leave, groups that are shut down, and clients that append meanwhile.
 */
final class StoreScenario {

    /** How long the clients wait that call without a pause in the classic tests. */
    static final long NO_PAUSE_MILLIS = 10;

    private static final long PATIENT_MILLIS = 60_000;
    private static final long HASTY_MILLIS = 1_500;
    private static final long LOG_FILES_BYTES_MAX = 128 << 10;
    private static final long FLUSH_MILLIS = 500;

    private final StoreCluster cluster;
    private final StoreHistory history;
    private final RandomGenerator random;
    private final StoreClerk clerk;
    private final SortedMap<String, String> expected = new TreeMap<>();
    private final List<Appender> appenders = new ArrayList<>();
    private int clerks;
    private int pieces;
    private boolean judged = true;

    StoreScenario(StoreCluster cluster) {
        this.cluster = cluster;
        this.history = new StoreHistory(cluster::nowNanos);
        this.random = cluster.random("script");
        this.clerk = newClerk();
    }

    StoreCluster cluster() {
        return cluster;
    }

    StoreHistory history() {
        return history;
    }

    /** A client of its own. Every other one is hasty: its calls end as unknown soon, and it asks what came of them. */
    StoreClerk newClerk() {
        int number = clerks++;
        return new StoreClerk(cluster, history, "clerk-" + number, number % 2 == 0 ? PATIENT_MILLIS : HASTY_MILLIS);
    }

    /** A client whose calls do not end before they have an answer. */
    StoreClerk newPatientClerk() {
        return new StoreClerk(cluster, history, "clerk-" + clerks++, PATIENT_MILLIS);
    }

    /** The clerk of the script itself. */
    StoreClerk clerk() {
        return clerk;
    }

    RandomGenerator random() {
        return random;
    }

    // ---- keys and values

    static int shardOf(String key) {
        return ShardHash.shardOf(key.getBytes(StandardCharsets.UTF_8), StoreCluster.SHARDS);
    }

    /**
     * Keys of which the first is in shard 0, the second in shard 1, and so on around. All begin alike: what decides is
     * the whole key, not its first byte as in the classic tests.
     */
    static List<String> keys(int count) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int suffix = 0;
            while (shardOf("key-" + i + "-" + suffix) != i % StoreCluster.SHARDS) {
                suffix++;
            }
            keys.add("key-" + i + "-" + suffix);
        }
        return keys;
    }

    /** A text that there is only once, at least this long. */
    String piece(int size) {
        StringBuilder text = new StringBuilder(size).append(++pieces).append('.');
        while (text.length() < size) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    List<String> putAll(int count, int size) {
        List<String> keys = keys(count);
        keys.forEach(key -> put(key, piece(size)));
        return keys;
    }

    void put(String key, String value) {
        clerk.put(key, value);
        expected.put(key, value);
    }

    void append(String key, String value) {
        clerk.append(key, value);
        expected.merge(key, value, String::concat);
    }

    void check(String key) {
        checkValue(key, clerk.get(key));
    }

    void checkValue(String key, String value) {
        assertThat(value).as("value of %s", key).isEqualTo(expected.get(key));
    }

    /** A key has this value, and keeps it. */
    void checkIs(String key, String value) {
        expected.put(key, value);
        check(key);
    }

    /** What the values are is left to the judgement of the history. */
    void forgetExpected() {
        expected.clear();
    }

    void checkAll() {
        expected.keySet().forEach(this::check);
    }

    /** Each key is read, and added to. */
    void checkAndAppendAll(int size) {
        for (String key : List.copyOf(expected.keySet())) {
            check(key);
            append(key, piece(size));
        }
    }

    // ---- groups

    static long gid(int group) {
        return StoreCluster.FIRST_GID + group;
    }

    void join(Integer... groups) {
        cluster.join(Arrays.asList(groups));
    }

    void leave(Integer... groups) {
        cluster.leave(Arrays.asList(groups));
    }

    void sleepMillis(long millis) {
        cluster.sleepMillis(millis);
    }

    private List<Place.Replica> replicasOf(int group) {
        List<Place.Replica> replicas = new ArrayList<>();
        for (int number = 0; number < cluster.setting().replicas(); number++) {
            replicas.add(new Place.Replica(group, number));
        }
        return replicas;
    }

    List<Place.Replica> allReplicas() {
        List<Place.Replica> replicas = new ArrayList<>();
        for (int group = 0; group < cluster.setting().groups(); group++) {
            replicas.addAll(replicasOf(group));
        }
        return replicas;
    }

    void shutDownGroup(int group) {
        replicasOf(group).forEach(cluster::shutDown);
    }

    void startGroup(int group) {
        replicasOf(group).forEach(cluster::start);
    }

    void shutDownAllGroups() {
        allReplicas().forEach(cluster::shutDown);
    }

    void startAllGroups() {
        allReplicas().forEach(cluster::start);
    }

    /** One replica of each group. */
    void shutDownReplicas(int number) {
        for (int group = 0; group < cluster.setting().groups(); group++) {
            cluster.shutDown(new Place.Replica(group, number));
        }
    }

    void startReplicas(int number) {
        for (int group = 0; group < cluster.setting().groups(); group++) {
            cluster.start(new Place.Replica(group, number));
        }
    }

    /** Waits until every shard is where it should be, and groups that leave are gone. */
    Placement awaitSettled(Integer... groups) {
        List<Long> gids = Arrays.stream(groups).map(StoreScenario::gid).sorted().toList();
        return awaitPlacement(
                "all shards at " + gids,
                placement -> placement.isSettled() && placement.groups().equals(gids));
    }

    Placement awaitPlacement(String what, Predicate<Placement> condition) {
        for (int wait = 0; wait < 600; wait++) {
            Placement placement = cluster.query();
            if (condition.test(placement)) {
                return placement;
            }
            cluster.sleepMillis(100);
        }
        throw new AssertionError("waited 60 s in vain for " + what + ": " + cluster.query());
    }

    /** Skips the scenario where processes are real ones: nobody can cut their network, or look into them. */
    void needsSimulation() {
        Assumptions.assumeTrue(cluster.isSimulated(), "asks for what real processes do not offer");
    }

    /** Nothing goes between these and those any more. */
    void split(List<? extends Place> these, List<? extends Place> those) {
        Partitioner.cutAll(cluster, these, those);
        Partitioner.cutAll(cluster, those, these);
    }

    /** From now on the network is bad, where it is a simulated one. */
    void unreliable() {
        if (cluster.isSimulated()) {
            cluster.unreliable(true);
        }
    }

    /** The network is good again. */
    void reliable() {
        if (cluster.isSimulated()) {
            cluster.unreliable(false);
        }
    }

    // ---- logs

    /** Where one can look: every log is bounded; or none was ever cut, if the scenario is to run without that. */
    void checkLogs() {
        if (cluster.isSimulated()) {
            checkLogs(cluster.setting().unflushedBytesMax(), allReplicas());
        }
    }

    /**
     * As {@link #checkLogs()}, of some nodes. The duty to flush is looked after at each tick, so some pass first.
     *
     * @param unflushedBytesMax an eighth of what may be in no flush
     */
    void checkLogs(long unflushedBytesMax, List<Place.Replica> replicas) {
        cluster.sleepMillis(FLUSH_MILLIS);
        for (Place.Replica replica : replicas) {
            StoreCluster.Holding holding = cluster.holding(replica);
            if (!cluster.setting().cutsLogs()) {
                assertThat(holding.hasCutItsLog())
                        .as("%s has cut its log", replica)
                        .isFalse();
                continue;
            }
            assertThat(holding.unflushedBytes())
                    .as("log of %s that is in no flush", replica)
                    .isLessThanOrEqualTo(8 * unflushedBytesMax);
            assertThat(holding.logFileBytes())
                    .as("the log's files of %s", replica)
                    .isLessThanOrEqualTo(LOG_FILES_BYTES_MAX);
        }
    }

    /** Where one can look: all stores together hold no more than this. */
    void checkStores(long bytesMax) {
        if (cluster.isSimulated()) {
            assertThat(storeBytesOfAll()).as("bytes in all stores").isLessThanOrEqualTo(bytesMax);
        }
    }

    long storeBytesOfAll() {
        return allReplicas().stream()
                .mapToLong(replica -> cluster.holding(replica).storeBytes())
                .sum();
    }

    // ---- clients in the background

    /** A client that appends to its own key, and what the key must then hold. */
    private final class Appender implements BackgroundClient.Script {
        private final String key;
        private final int size;
        private final StringBuilder value;
        private final RandomGenerator letters;
        private int number;

        Appender(String key, int size) {
            this.key = key;
            this.size = size;
            this.value = new StringBuilder(expected.getOrDefault(key, ""));
            this.letters = cluster.random("letters of " + key);
        }

        @Override
        public KvOperation next() {
            StringBuilder text = new StringBuilder().append(++number).append(',');
            while (text.length() < size) {
                text.append((char) ('a' + letters.nextInt(26)));
            }
            return new KvOperation.Append(key, text.toString());
        }

        @Override
        public void ended(KvOperation operation, KvResult result) {
            value.append(((KvOperation.Append) operation).value());
        }
    }

    /** Sets a client off for each key, which appends to it. */
    List<BackgroundClient> beginAppending(List<String> keys, int size, long pauseMillis) {
        List<BackgroundClient> clients = new ArrayList<>();
        for (String key : keys) {
            Appender appender = new Appender(key, size);
            appenders.add(appender);
            clients.add(BackgroundClient.begin(cluster, newClerk(), appender, pauseMillis));
        }
        return clients;
    }

    /** Sets a client off that calls at random, as others do. */
    BackgroundClient beginRandomCalls(List<String> keys, long pauseMillis) {
        StoreClerk caller = newClerk();
        RandomCalls calls = new RandomCalls(caller.name(), keys, cluster.random("calls of " + caller.name()));
        return BackgroundClient.begin(cluster, caller, calls, pauseMillis);
    }

    /** Sets a client off that makes these calls. */
    BackgroundClient begin(BackgroundClient.Script calls, long pauseMillis) {
        return BackgroundClient.begin(cluster, newClerk(), calls, pauseMillis);
    }

    /** Waits for the last call of each; returns how many calls there were. */
    long stop(List<BackgroundClient> clients) {
        clients.forEach(BackgroundClient::stop);
        long calls = awaitEnds(clients);
        appenders.forEach(appender -> expected.put(appender.key, appender.value.toString()));
        appenders.clear();
        return calls;
    }

    /** Waits for the last call of each client, which was told to stop; returns how many calls there were. */
    long awaitEnds(List<BackgroundClient> clients) {
        long calls = 0;
        for (BackgroundClient client : clients) {
            long made = cluster.await("the last call of " + client.name(), client.end());
            assertThat(made).as("calls of %s", client.name()).isPositive();
            calls += made;
        }
        return calls;
    }

    // ---- the end

    /** Clients use keys that expire, which are not for a history: it is not judged. */
    void leavesNoHistory() {
        judged = false;
    }

    /** All is well in the end, over a restart of everything; nothing is lost; and the whole history is linearizable. */
    void endWell() {
        cluster.settleAndRestartAll();
        checkAll();
        if (judged) {
            cluster.judge(history);
        }
    }
}

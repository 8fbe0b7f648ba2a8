package io.ostraka.it.scenarios.kv;

import io.ostraka.client.OstrakaClient;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * A whole cluster as a script of a classic scenario sees it: three controllers, and nodes for some groups, numbered
 * from 0, none of which has joined. Every method returns when its work is done, and fails with {@link AssertionError}
 * if that takes longer than two minutes. For the script's thread, but for the clients.
 */
interface StoreCluster extends AutoCloseable {

    int CONTROLLERS = 3;
    int SHARDS = 10;

    /** The gid of group 0. */
    long FIRST_GID = 100;

    /**
     * What a cluster is like.
     *
     * @param groups how many groups there are nodes for
     * @param replicas how many nodes each has
     * @param unflushedBytesMax how much log may be in no flush of a store, in the classic tests {@code maxraftstate};
     *     {@link #NEVER_CUT}: logs are kept from their beginning
     */
    record Setting(int groups, int replicas, long unflushedBytesMax) {

        static final long NEVER_CUT = 1 << 30;

        boolean cutsLogs() {
            return unflushedBytesMax < NEVER_CUT;
        }
    }

    /** Where something runs. */
    sealed interface Place {
        /** A controller. */
        record Controller(int number) implements Place {}

        /** A node of a group. */
        record Replica(int group, int number) implements Place {}

        /** A client. */
        record Client(int number) implements Place {}
    }

    /** A client and where it runs. */
    record PlacedClient(OstrakaClient client, Place place) {}

    /**
     * The configuration, as far as scripts ask for it. Gid 0 is no group.
     *
     * @param num numbers the desired maps
     * @param owners who holds each shard
     * @param desired who is to hold it
     * @param groups the gids of all groups, leaving ones included
     */
    record Placement(long num, List<Long> owners, List<Long> desired, List<Long> groups) {

        /** Whether every shard is where it should be. */
        boolean isSettled() {
            return owners.equals(desired) && !owners.contains(0L);
        }
    }

    /**
     * How much a node holds.
     *
     * @param logFileBytes length of its log's files
     * @param unflushedBytes log that it would apply again after a loss of power
     * @param storeBytes what its store holds
     * @param hasCutItsLog whether a group's log on it does not reach back to its beginning
     */
    record Holding(long logFileBytes, long unflushedBytes, long storeBytes, boolean hasCutItsLog) {}

    Setting setting();

    // ---- time and chance

    /** A monotonic clock; for any thread. */
    long nowNanos();

    void sleepMillis(long millis);

    /** Has {@code action} happen after a while, on some thread; for any thread. */
    void afterMillis(long millis, Runnable action);

    /** Waits for the outcome of something. */
    <T> T await(String what, CompletableFuture<T> outcome);

    /** Chance of the script's own. */
    RandomGenerator random(String name);

    // ---- clients and controllers

    /** Starts a client whose calls end after this long, if only as unknown. */
    PlacedClient newClient(long timeoutMillis);

    /** Groups join in one change. */
    void join(Collection<Integer> groups);

    /** Groups leave in one change. */
    void leave(Collection<Integer> groups);

    Placement query();

    // ---- processes

    /** Ends a process, or a whole machine: of what it has not forced to its disk, a part is lost then. */
    void shutDown(Place server);

    /** Starts a server again, and returns before it is ready. */
    void start(Place server);

    /** The server stands still for this long, as if the machine had forgotten it, and goes on as if nothing were. */
    void pause(Place server, long millis);

    /** The place of the leader of a group, waited for. */
    Place.Replica leaderOf(int group);

    /** The place of the controllers' leader, waited for. */
    Place.Controller leaderOfControllers();

    // ---- what only a simulated cluster has

    /** Whether the following can be asked for. */
    boolean isSimulated();

    Holding holding(Place server);

    /** From now on everything takes up to 26 ms longer, and connections break all the time; or no more. */
    void unreliable(boolean bad);

    /** Cuts what goes from one place to another. */
    void cut(Place from, Place to);

    /** Nothing is cut any more. */
    void heal();

    /** Asks this controller alone, and once, to let a group leave; done with whether it said that this was decided. */
    CompletableFuture<Boolean> leaveDecidedBy(Place.Controller controller, int group);

    /** How many snapshots have become the state of a replica. */
    long snapshotsInstalled();

    // ---- the end

    /**
     * Starts all servers, waits until all is as it should be once nobody asks for anything, ends all servers at once,
     * as {@link #shutDown} does, starts them again and waits once more.
     */
    void settleAndRestartAll();

    /** Judges what the clients were told. */
    void judge(StoreHistory history);

    @Override
    void close();
}

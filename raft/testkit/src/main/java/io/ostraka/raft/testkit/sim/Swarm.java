package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.ReadMode;
import io.ostraka.raft.runtime.host.RetainedLog;
import io.ostraka.raft.runtime.storage.LogOptions;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What one run is like, drawn from its seed: each kind of fault is on with probability one half, its rate log-uniform.
 * Runs of a kind find bugs that a mixture of everything hides.
 *
 * @param nodes how many nodes there are
 * @param groups how many replicas each group has
 * @param raft timings and limits of all replicas
 * @param tickNanos how often replicas see time pass
 * @param network how messages travel
 * @param disk how disks behave
 * @param load what clients do
 * @param faults the mean time between faults of each kind that is on, in nanoseconds
 * @param clockDrift by which part clocks run fast or slow at most
 */
public record Swarm(
        int nodes,
        List<Integer> groups,
        RaftConfig raft,
        long tickNanos,
        Network network,
        Storage disk,
        Load load,
        Map<Fault, Long> faults,
        double clockDrift) {

    /**
     * How messages travel.
     *
     * @param delayMinNanos the least delay
     * @param delayMeanNanos the mean of what comes on top
     * @param ordered whether messages between two nodes keep their order
     * @param lossRate the part that is lost
     * @param doubleRate the part that arrives twice
     * @param replayRate the part of which a copy arrives very late
     * @param slowRate the part that takes 10 to 100 times as long
     * @param nodeHeartbeats whether nodes send heartbeats for all their groups
     */
    public record Network(
            long delayMinNanos,
            long delayMeanNanos,
            boolean ordered,
            double lossRate,
            double doubleRate,
            double replayRate,
            double slowRate,
            boolean nodeHeartbeats) {}

    /**
     * How disks behave, and what is kept.
     *
     * @param log sizes of the shared log
     * @param forceMeanNanos how long a force takes on average
     * @param applyMeanNanos how long it takes on average until committed entries are applied
     * @param flushMeanNanos the mean time between flushes of a store
     * @param retainedLog how much flushed log is kept for followers
     * @param retentionStepBytes how finely the log is cut
     */
    public record Storage(
            LogOptions log,
            long forceMeanNanos,
            long applyMeanNanos,
            long flushMeanNanos,
            RetainedLog retainedLog,
            long retentionStepBytes) {}

    /**
     * What clients do.
     *
     * @param requestMeanNanos the mean time between requests to one group
     * @param readRate the part of requests that only read
     * @param payloadMax the largest command, in bytes
     * @param burstMax how many commands come at once at most
     * @param strayRate the part of requests that do not go to a leader
     * @param idleEvery how many requests come before a pause, 0 for no pauses
     */
    public record Load(
            long requestMeanNanos, double readRate, int payloadMax, int burstMax, double strayRate, int idleEvery) {}

    /** Draws what the run of {@code seed} is like. */
    public static Swarm draw(long seed) {
        Dice dice = Dice.of(seed, "swarm");
        int nodes = dice.oneOf(1, 3, 3, 3, 3, 4, 5);
        if (dice.chance(0.17)) {
            return duel(dice);
        }
        RaftConfig raft = raft(dice);
        Swarm drawn = new Swarm(
                nodes,
                groups(dice, nodes),
                raft,
                raft.heartbeatIntervalNanos() / dice.between(2, 4),
                network(dice, raft),
                storage(dice),
                load(dice, raft),
                faults(dice, raft),
                drift(dice, raft));
        if (dice.chance(0.3)) {
            drawn.faults.put(Fault.QUARANTINE, (long) (raft.electionTimeoutMaxNanos() * dice.logUniform(1.5, 20)));
        }
        return drawn;
    }

    /**
     * A run about who may answer reads: leaders are succeeded without noticing as fast as the timings allow, clocks
     * differ as much as they may, and clients read from whoever believes to lead. Hardly anything is written, so that
     * also a replica that has heard nothing for a while can be elected.
     */
    private static Swarm duel(Dice dice) {
        RaftConfig drawn = raft(dice);
        long heartbeatMillis = drawn.heartbeatIntervalNanos() / 1_000_000;
        long electionMillis = 8 * heartbeatMillis;
        RaftConfig raft = RaftConfig.defaults()
                .withTimings(heartbeatMillis, electionMillis, electionMillis * dice.oneOf(102, 102, 140) / 100)
                .withReadMode(dice.chance(0.7) ? ReadMode.LEASE : ReadMode.READ_INDEX)
                .withQuietAfterNanos(drawn.quietAfterNanos());
        Storage storage = storage(dice);
        Storage fast = new Storage(
                storage.log(),
                millis(0.2),
                millis(0.1),
                storage.flushMeanNanos(),
                storage.retainedLog(),
                storage.retentionStepBytes());
        double bound = raft.leaseDriftPercent() / 100.0;
        return new Swarm(
                3,
                List.of(3),
                raft,
                raft.heartbeatIntervalNanos() / 3,
                new Network(millis(0.05), millis(0.2), dice.chance(0.5), 0, 0, 0, 0, raft.quietAfterNanos() > 0),
                fast,
                new Load(raft.electionTimeoutMinNanos() / 40, dice.oneOf(0.8, 0.97, 0.99, 0.995), 16, 1, 0.05, 0),
                Map.of(Fault.LEADERSHIP_CONTESTED, raft.electionTimeoutMinNanos() / 2),
                dice.chance(0.9) ? bound / (2 - bound) * 0.99 : 0);
    }

    private static List<Integer> groups(Dice dice, int nodes) {
        int first = nodes == 1 ? 1 : nodes == 5 ? dice.oneOf(3, 5, 5) : 3;
        return switch (dice.between(0, 5)) {
            case 0 -> List.of(first, Math.min(3, nodes));
            case 1 -> List.of(first, 1);
            case 2 -> nodes < 5 ? List.of(first, first, 1) : List.of(first);
            default -> List.of(first);
        };
    }

    private static RaftConfig raft(Dice dice) {
        long heartbeat = millis(dice.logUniform(20, 100));
        long electionMin = (long) (heartbeat * (3 + 6 * dice.random().nextDouble()));
        long electionMax = (long) (electionMin * dice.oneOf(1.02, 1.2, 1.5, 2.0));
        boolean quiet = dice.chance(0.4);
        boolean tight = dice.chance(0.4);
        return new RaftConfig(
                heartbeat,
                electionMin,
                electionMax,
                dice.oneOf(64L, 1024L, 1L << 20),
                dice.oneOf(1, 3, 8192),
                dice.oneOf(64L, 4096L, 1L << 20),
                tight ? (long) dice.logUniform(64, 8192) : 1L << 20,
                tight ? (long) dice.logUniform(64, 8192) : 1L << 20,
                4096,
                10,
                dice.chance(0.5) ? ReadMode.LEASE : ReadMode.READ_INDEX,
                quiet ? heartbeat * dice.between(2, 10) : 0);
    }

    private static Network network(Dice dice, RaftConfig raft) {
        long minimum = millis(dice.oneOf(0.05, 0.5, 3.0));
        long mean = Math.min(millis(dice.logUniform(0.1, 20)), raft.electionTimeoutMinNanos() / 12);
        return new Network(
                minimum,
                mean,
                dice.chance(0.5),
                dice.chance(0.5) ? dice.logUniform(0.001, 0.2) : 0,
                dice.chance(0.5) ? dice.logUniform(0.001, 0.3) : 0,
                dice.chance(0.5) ? dice.logUniform(0.001, 0.05) : 0,
                dice.chance(0.5) ? dice.logUniform(0.001, 0.05) : 0,
                raft.quietAfterNanos() > 0 || dice.chance(0.3));
    }

    private static Storage storage(Dice dice) {
        LogOptions log = new LogOptions(dice.oneOf(4096, 16384, 65536), dice.oneOf(512, 4096), dice.between(2, 4), 1);
        return new Storage(
                log,
                millis(dice.logUniform(0.05, 10)),
                millis(dice.logUniform(0.05, 5)),
                millis(dice.logUniform(20, 3000)),
                retained(dice.oneOf(0L, 512L, 4096L, 1L << 20)),
                dice.oneOf(1L, 256L, 64L << 10));
    }

    private static RetainedLog retained(long bytesMax) {
        return new RetainedLog(bytesMax, 8 * bytesMax);
    }

    private static Load load(Dice dice, RaftConfig raft) {
        long mean = (long) (raft.electionTimeoutMinNanos() / dice.logUniform(8, 80));
        return new Load(
                mean,
                dice.oneOf(0.2, 0.5, 0.8),
                dice.oneOf(16, 64, 64, 400, 3000),
                dice.oneOf(1, 3, 10),
                dice.oneOf(0.05, 0.3),
                raft.quietAfterNanos() > 0 || dice.chance(0.2) ? dice.between(10, 80) : 0);
    }

    private static Map<Fault, Long> faults(Dice dice, RaftConfig raft) {
        Map<Fault, Long> faults = new EnumMap<>(Fault.class);
        double election = raft.electionTimeoutMaxNanos();
        for (Fault fault : EnumSet.range(Fault.MESSAGE_LOST, Fault.QUARANTINE)) {
            boolean on = dice.chance(0.5);
            double mean = election * dice.logUniform(1.5, 60);
            boolean scheduled = switch (fault) {
                case MESSAGE_LOST, MESSAGE_DOUBLED, MESSAGE_REPLAYED, MESSAGE_DELAYED, CLOCK_DRIFT, SNAPSHOT_BROKEN ->
                    false;
                case QUARANTINE, DISK_WIPED, BIT_FLIP, GROUP_CUT_OFF -> false;
                case PARTITION, ONE_WAY_CUT, BRIDGE, LEADER_ISOLATED, LEADERSHIP_CONTESTED -> true;
                case CONNECTIONS_STALLED, CONNECTION_RESET, PROCESS_CRASH -> true;
                case MACHINE_CRASH, CRASH_AT_EFFECT, PAUSE, SLOW_DISK, FORCE_FAILED, DISK_FULL, TRANSFER -> true;
            };
            if (on && scheduled) {
                faults.put(fault, (long) mean);
            }
        }
        return faults;
    }

    private static double drift(Dice dice, RaftConfig raft) {
        if (dice.chance(0.4)) {
            return 0;
        }
        // Two clocks that differ by this much each way still keep a lease within what it takes off for drift.
        double bound = raft.leaseDriftPercent() / 100.0;
        double most = raft.readMode() == ReadMode.LEASE ? bound / (2 - bound) * 0.99 : 0.25;
        return dice.chance(0.7) ? most : dice.logUniform(most / 50, most);
    }

    private static long millis(double millis) {
        return (long) (millis * TimeUnit.MILLISECONDS.toNanos(1));
    }
}

package io.ostraka.raft.core;

import java.util.concurrent.TimeUnit;

/**
 * The limits and timings of a replica. All replicas of a group must use the same timings: stickiness and lease of one
 * rest on the election timeout of the others.
 *
 * @param heartbeatIntervalNanos how often an awake leader sends heartbeats
 * @param electionTimeoutMinNanos for how long a replica that heard from a leader takes part in no election
 * @param electionTimeoutMaxNanos the longest a follower waits before it campaigns, and the longest a leader goes
 *     without hearing from a majority before it steps down
 * @param maxAppendBytes what the entries of one append may sum up to; one entry always fits
 * @param inflightEntriesMax how many entries may be on their way to one follower
 * @param inflightBytesMax how many bytes of entries may be on their way to one follower
 * @param uncommittedBytesMax bytes of uncommitted entries past which client proposals are refused
 * @param unappliedBytesMax bytes of committed but unapplied entries past which a leader refuses client proposals and a
 *     follower takes no more entries
 * @param protocolReserveBytes what protocol proposals may take beyond either limit
 * @param leaseDriftPercent the bound on how much clocks may differ in speed, taken off the lease
 * @param readMode how reads are proved
 * @param quietAfterNanos after how long without work a leader falls quiet and leaves its heartbeats to the node's; 0
 *     for never, which a host without node heartbeats needs
 */
public record RaftConfig(
        long heartbeatIntervalNanos,
        long electionTimeoutMinNanos,
        long electionTimeoutMaxNanos,
        long maxAppendBytes,
        int inflightEntriesMax,
        long inflightBytesMax,
        long uncommittedBytesMax,
        long unappliedBytesMax,
        long protocolReserveBytes,
        int leaseDriftPercent,
        ReadMode readMode,
        long quietAfterNanos) {

    private static final long MIB = 1L << 20;

    /** Checks that the values make sense together. */
    public RaftConfig {
        require(heartbeatIntervalNanos > 0, "heartbeatIntervalNanos must be positive");
        require(
                electionTimeoutMinNanos > heartbeatIntervalNanos,
                "electionTimeoutMinNanos must be longer than heartbeatIntervalNanos");
        require(
                electionTimeoutMaxNanos >= electionTimeoutMinNanos,
                "electionTimeoutMaxNanos must not be shorter than electionTimeoutMinNanos");
        require(maxAppendBytes > 0, "maxAppendBytes must be positive");
        require(inflightEntriesMax > 0, "inflightEntriesMax must be positive");
        require(inflightBytesMax > 0, "inflightBytesMax must be positive");
        require(uncommittedBytesMax > 0, "uncommittedBytesMax must be positive");
        require(unappliedBytesMax > 0, "unappliedBytesMax must be positive");
        require(protocolReserveBytes >= 0, "protocolReserveBytes must not be negative");
        require(leaseDriftPercent >= 0 && leaseDriftPercent < 100, "leaseDriftPercent must be 0 to 99");
        require(quietAfterNanos >= 0, "quietAfterNanos must not be negative");
    }

    /** The values of a production cluster: heartbeats every 100 ms, elections after 1 to 2 s, never quiet. */
    public static RaftConfig defaults() {
        return new RaftConfig(
                TimeUnit.MILLISECONDS.toNanos(100),
                TimeUnit.MILLISECONDS.toNanos(1000),
                TimeUnit.MILLISECONDS.toNanos(2000),
                MIB,
                8192,
                8 * MIB,
                16 * MIB,
                32 * MIB,
                8 * MIB,
                10,
                ReadMode.READ_INDEX,
                0);
    }

    /** The same with other timings, in milliseconds. */
    public RaftConfig withTimings(long heartbeatMillis, long electionMinMillis, long electionMaxMillis) {
        return new RaftConfig(
                TimeUnit.MILLISECONDS.toNanos(heartbeatMillis),
                TimeUnit.MILLISECONDS.toNanos(electionMinMillis),
                TimeUnit.MILLISECONDS.toNanos(electionMaxMillis),
                maxAppendBytes,
                inflightEntriesMax,
                inflightBytesMax,
                uncommittedBytesMax,
                unappliedBytesMax,
                protocolReserveBytes,
                leaseDriftPercent,
                readMode,
                quietAfterNanos);
    }

    /** The same with another limit for one append and other windows for one follower. */
    public RaftConfig withReplication(long appendBytesMax, int entriesInflightMax, long bytesInflightMax) {
        return new RaftConfig(
                heartbeatIntervalNanos,
                electionTimeoutMinNanos,
                electionTimeoutMaxNanos,
                appendBytesMax,
                entriesInflightMax,
                bytesInflightMax,
                uncommittedBytesMax,
                unappliedBytesMax,
                protocolReserveBytes,
                leaseDriftPercent,
                readMode,
                quietAfterNanos);
    }

    /** The same with other budgets for what is proposed. */
    public RaftConfig withBudgets(long uncommittedMax, long unappliedMax, long protocolReserve) {
        return new RaftConfig(
                heartbeatIntervalNanos,
                electionTimeoutMinNanos,
                electionTimeoutMaxNanos,
                maxAppendBytes,
                inflightEntriesMax,
                inflightBytesMax,
                uncommittedMax,
                unappliedMax,
                protocolReserve,
                leaseDriftPercent,
                readMode,
                quietAfterNanos);
    }

    /** The same with another way to prove reads. */
    public RaftConfig withReadMode(ReadMode mode) {
        return new RaftConfig(
                heartbeatIntervalNanos,
                electionTimeoutMinNanos,
                electionTimeoutMaxNanos,
                maxAppendBytes,
                inflightEntriesMax,
                inflightBytesMax,
                uncommittedBytesMax,
                unappliedBytesMax,
                protocolReserveBytes,
                leaseDriftPercent,
                mode,
                quietAfterNanos);
    }

    /** The same, falling quiet after that long without work; 0 for never. */
    public RaftConfig withQuietAfterNanos(long nanos) {
        return new RaftConfig(
                heartbeatIntervalNanos,
                electionTimeoutMinNanos,
                electionTimeoutMaxNanos,
                maxAppendBytes,
                inflightEntriesMax,
                inflightBytesMax,
                uncommittedBytesMax,
                unappliedBytesMax,
                protocolReserveBytes,
                leaseDriftPercent,
                readMode,
                nanos);
    }

    /** How long a lease lasts from the sending of the round that earned it: shorter than stickiness by the drift. */
    public long leaseNanos() {
        return electionTimeoutMinNanos / 100 * (100 - leaseDriftPercent);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}

package io.ostraka.shardkv.session;

import io.ostraka.proto.Limits;

/**
 * The bounds of a shard's session table. Replicas of a group must agree on them.
 *
 * @param ttlMillis how long a write is remembered after its T0, in shard time
 * @param recordsMax how many sessions and undone rows a shard keeps
 * @param floorLagMillis how far the floor stays behind shard time
 * @param t0AheadMillisMax how far ahead of shard time a T0 may be
 */
public record SessionOptions(long ttlMillis, int recordsMax, long floorLagMillis, long t0AheadMillisMax) {

    /** What a cluster has unless a test says otherwise. */
    public static final SessionOptions DEFAULT = new SessionOptions(
            Limits.SESSION_TTL_MILLIS_DEFAULT, 65_536, Limits.SESSION_FLOOR_LAG_MILLIS, Limits.T0_AHEAD_MILLIS_MAX);
}

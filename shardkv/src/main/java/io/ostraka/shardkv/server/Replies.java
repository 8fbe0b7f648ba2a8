package io.ostraka.shardkv.server;

import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.RouteHint;

/** The answers that are no results: each says why, and what to do. */
final class Replies {

    /** What a client is told to wait when it is to come back. */
    static final int RETRY_AFTER_MILLIS = 100;

    private Replies() {}

    static KvResponse invalid(long id, String problem) {
        return reply(id, StatusCode.INVALID, problem).build();
    }

    static KvResponse notReady(long id, String why) {
        return reply(id, StatusCode.NOT_READY, why)
                .setRetryAfterMillis(RETRY_AFTER_MILLIS)
                .build();
    }

    static KvResponse notLeader(long id, RouteHint hint, long shardTimeMillis) {
        String where = hint.getLeaderAddress().isEmpty()
                ? "no leader is known here; ask the group's other replicas"
                : "the leader is at " + hint.getLeaderAddress();
        return reply(id, StatusCode.NOT_LEADER, "this replica does not lead its group: " + where)
                .setHint(hint)
                .setShardTimeMillis(shardTimeMillis)
                .build();
    }

    static KvResponse wrongGroup(long id, int shard, RouteHint hint, long shardTimeMillis) {
        String where = hint.hasGroup()
                ? "group " + hint.getGroup().getGid() + " has it or gets it"
                : "which group has it is not known here; ask the controller";
        return reply(id, StatusCode.WRONG_GROUP, "shard " + shard + " is not served by this group: " + where)
                .setHint(hint)
                .setShardTimeMillis(shardTimeMillis)
                .build();
    }

    static KvResponse retryAfter(long id, int shard, long shardTimeMillis) {
        return reply(id, StatusCode.RETRY_AFTER, "shard " + shard + " is on its way to this group; try again here soon")
                .setRetryAfterMillis(RETRY_AFTER_MILLIS)
                .setShardTimeMillis(shardTimeMillis)
                .build();
    }

    static KvResponse overloaded(long id, long shardTimeMillis) {
        return reply(
                        id,
                        StatusCode.OVERLOADED,
                        "too much is waiting here; try again a little later, and with less at once")
                .setRetryAfterMillis(RETRY_AFTER_MILLIS)
                .setShardTimeMillis(shardTimeMillis)
                .build();
    }

    static KvResponse timeNeeded(long id, long shardTimeMillis) {
        return reply(
                        id,
                        StatusCode.TIME_NEEDED,
                        "the write carries no time, or one too far ahead; send it again with the"
                                + " shard time of this answer")
                .setShardTimeMillis(shardTimeMillis)
                .build();
    }

    static KvResponse unknown(long id, long shardTimeMillis) {
        return reply(
                        id,
                        StatusCode.UNKNOWN_OUTCOME,
                        "leadership was lost while the write was under way: it may or may not"
                                + " take effect; repeat it under its own number to learn which")
                .setShardTimeMillis(shardTimeMillis)
                .build();
    }

    /** An answer to complete. */
    static KvResponse.Builder reply(long id, StatusCode code, String message) {
        return KvResponse.newBuilder().setId(id).setCode(code).setMessage(message);
    }
}

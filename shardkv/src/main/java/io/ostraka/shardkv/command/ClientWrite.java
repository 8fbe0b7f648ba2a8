package io.ostraka.shardkv.command;

/**
 * One write of one client (DESIGN section 6). A retry repeats everything but {@code lowestUnanswered}.
 *
 * @param session who writes
 * @param number the session's number of this write, from 1
 * @param lowestUnanswered the session's lowest number that has no answer yet; everything below is done
 * @param t0Millis the shard time that the client knew when it first sent this write
 * @param shard the shard of all its keys
 * @param op what to write
 */
public record ClientWrite(
        SessionId session, long number, long lowestUnanswered, long t0Millis, int shard, WriteOp op) {}

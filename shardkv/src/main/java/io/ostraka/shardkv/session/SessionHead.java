package io.ostraka.shardkv.session;

/**
 * What is kept of the writes of a session that are done: one number in place of their rows.
 *
 * @param revision the shard's revision that made the row
 * @param doneBelow every number below is done
 * @param t0Millis the latest T0 of the writes below
 */
public record SessionHead(long revision, long doneBelow, long t0Millis) {}

package io.ostraka.shardkv.session;

/**
 * The record of one write, kept under its number modulo the window.
 *
 * @param revision the shard's revision that made the row
 * @param number the session's number of the write
 * @param t0Millis the write's T0
 * @param outcome what became of it
 */
public record SessionRow(long revision, long number, long t0Millis, WriteOutcome outcome) {}

package io.ostraka.shardkv.migration;

/**
 * What a shard holds, for whoever plans moves.
 *
 * @param shard which one
 * @param keys its keys
 * @param bytes their bytes, with their values
 */
public record SizeReport(int shard, long keys, long bytes) {}

package io.ostraka.cli;

/**
 * What a bench does.
 *
 * @param clients calls in flight
 * @param readsPercent share of reads, the rest are puts
 */
record BenchLoad(int clients, int valueBytes, int readsPercent, int keys, String prefix, long seed) {}

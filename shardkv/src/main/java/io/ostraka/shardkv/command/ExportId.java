package io.ostraka.shardkv.command;

/**
 * The random 128-bit name of one attempt to hand a shard over, drawn by the importer for each {@code BeginImport}.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record ExportId(long high, long low) implements Comparable<ExportId> {

    @Override
    public int compareTo(ExportId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return "%016x%016x".formatted(high, low);
    }
}

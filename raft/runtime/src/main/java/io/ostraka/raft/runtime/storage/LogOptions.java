package io.ostraka.raft.runtime.storage;

/**
 * Sizes of the shared log.
 *
 * @param segmentBytes length of a segment, a multiple of 4,096
 * @param batchBytesMax what one batch may gather; a single write may be larger
 * @param segmentsTarget how many segments with data are normal; above, the oldest is freed by copying or by asking for
 *     a flush
 * @param sparesMax how many segments wait for their use, zero-filled or recycled
 */
public record LogOptions(int segmentBytes, int batchBytesMax, int segmentsTarget, int sparesMax) {

    /** 64 MiB segments, batches of up to 4 MiB. */
    public static final LogOptions DEFAULT = new LogOptions(64 << 20, 4 << 20, 3, 2);

    public LogOptions {
        if (segmentBytes < 4096 || segmentBytes % 4096 != 0) {
            throw new IllegalArgumentException("segmentBytes " + segmentBytes + " is no positive multiple of 4096");
        }
        if (batchBytesMax < 1 || segmentsTarget < 1 || sparesMax < 0) {
            throw new IllegalArgumentException("batchBytesMax " + batchBytesMax + ", segmentsTarget " + segmentsTarget
                    + ", sparesMax " + sparesMax + " are out of range");
        }
    }

    /** Returns these options with segments of another size. */
    public LogOptions withSegmentBytes(int bytes) {
        return new LogOptions(bytes, batchBytesMax, segmentsTarget, sparesMax);
    }
}

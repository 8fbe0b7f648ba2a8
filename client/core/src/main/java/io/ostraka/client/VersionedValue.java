package io.ostraka.client;

/**
 * A value that was read.
 *
 * @param value the bytes, possibly none
 * @param revision the revision of the write that made it; what {@link Write.CompareAndSet} expects
 */
public record VersionedValue(Bytes value, long revision) {

    /** The value read as UTF-8. */
    public String toUtf8() {
        return value.toUtf8();
    }
}

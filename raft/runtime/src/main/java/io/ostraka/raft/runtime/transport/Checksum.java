package io.ostraka.raft.runtime.transport;

import io.ostraka.raft.core.Bytes;
import java.util.zip.CRC32C;

/** The checksum of a snapshot's chunk. */
final class Checksum {

    private Checksum() {}

    /** Returns the CRC32C of {@code data}. */
    static int of(Bytes data) {
        CRC32C crc = new CRC32C();
        crc.update(data.asByteBuffer());
        return (int) crc.getValue();
    }
}

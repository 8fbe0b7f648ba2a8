package io.ostraka.raft.testkit.disk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.NullMarked;

/** Makes the checksums of changed segments right again, as nothing but software does that wrote something else. */
@NullMarked
public final class SegmentSeals {

    private static final int HEADER_BYTES = 72;
    private static final int ALIGNMENT = 512;
    private static final int MAGIC = 0x4f535452;

    private SegmentSeals() {}

    /** Seals each batch whose header is recognisable: its place, a length within the file, both checksums. */
    public static void seal(ByteBuffer file, long generation) {
        for (int at = 0; at + HEADER_BYTES <= file.limit(); at += ALIGNMENT) {
            if (file.getInt(at) == MAGIC) {
                seal(file, generation, at);
            }
        }
    }

    private static void seal(ByteBuffer file, long generation, int at) {
        file.putLong(at + 8, generation).putLong(at + 16, at);
        int room = file.limit() - at - HEADER_BYTES;
        int body = file.getInt(at + 24);
        if (body < 0 || body > room) {
            body = Math.floorMod(body, room + 1);
            file.putInt(at + 24, body);
        }
        file.putInt(at + 28, checksum(generation, file.slice(at + HEADER_BYTES, body)));
        file.putInt(at + HEADER_BYTES - 4, checksum(generation, file.slice(at, HEADER_BYTES - 4)));
    }

    private static int checksum(long generation, ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(generation).flip());
        crc.update(bytes);
        return (int) crc.getValue();
    }
}

package io.ostraka.client.internal;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ostraka.client.InvalidRequestException;
import io.ostraka.client.admin.ControllerBackup;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.MalformedConfigException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/*
 * Layout, big-endian: magic "OSTRBAK" and a format byte, CRC-32C of all that follows (4 bytes), a ControllerBackup of
 * controller.proto.
 */
/** The bytes of a backup of the controllers. */
public final class BackupFile {

    private static final long MAGIC = 0x4f_53_54_52_42_41_4b_01L;
    private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

    private BackupFile() {}

    /** The backup of bytes; throws {@link InvalidRequestException} if they are none, or are damaged. */
    public static ControllerBackup backup(byte[] bytes) {
        try {
            ClusterConfig config = ConfigWire.fromWire(message(bytes).getConfig());
            return new ControllerBackup(
                    config.clusterId(),
                    config.shardCount(),
                    config.num(),
                    config.revision(),
                    new ControllerBackup.Content(bytes));
        } catch (MalformedConfigException e) {
            throw new InvalidRequestException("this backup is damaged: " + e.getMessage());
        }
    }

    /** The message in the bytes; throws {@link InvalidRequestException} if there is none. */
    static io.ostraka.proto.controller.ControllerBackup message(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER_BYTES || buffer.getLong(0) >>> 8 != MAGIC >>> 8) {
            throw new InvalidRequestException("this is no backup of controllers");
        }
        if (buffer.getLong() != MAGIC) {
            throw new InvalidRequestException("this backup has format " + (buffer.getLong(0) & 0xff)
                    + ", and this version knows format 1; use a newer version");
        }
        if (buffer.getInt() != checksum(bytes)) {
            throw new InvalidRequestException("this backup is damaged: its checksum is wrong; use another one");
        }
        try {
            return io.ostraka.proto.controller.ControllerBackup.parseFrom(buffer);
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidRequestException("this backup is damaged: " + e.getMessage());
        }
    }

    /** The bytes of a message. */
    static byte[] bytes(io.ostraka.proto.controller.ControllerBackup message) {
        byte[] content = message.toByteArray();
        byte[] bytes = new byte[HEADER_BYTES + content.length];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).putLong(MAGIC).putInt(0).put(content);
        buffer.putInt(Long.BYTES, checksum(bytes));
        return bytes;
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
        return (int) crc.getValue();
    }
}

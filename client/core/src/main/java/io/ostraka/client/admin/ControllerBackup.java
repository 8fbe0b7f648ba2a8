package io.ostraka.client.admin;

import io.ostraka.client.InvalidRequestException;
import io.ostraka.client.internal.BackupFile;

/**
 * What controllers know that nobody else does. Immutable; {@link #toBytes} is what to keep.
 *
 * @param clusterId identity of the cluster
 * @param shards how many shards it has
 * @param num number of the map when the backup was taken
 * @param revision revision of the configuration then
 * @param content what {@link #fromBytes} reads
 */
public record ControllerBackup(long clusterId, int shards, long num, long revision, Content content) {

    /** Bytes that do not change. */
    public static final class Content {

        private final byte[] bytes;

        /** Copies the bytes. */
        public Content(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        /** The bytes, copied. */
        public byte[] toBytes() {
            return bytes.clone();
        }
    }

    /** The backup of bytes; throws {@link InvalidRequestException} if they are none, or are damaged. */
    public static ControllerBackup fromBytes(byte[] bytes) {
        return BackupFile.backup(bytes);
    }

    /** The bytes that {@link #fromBytes} reads. */
    public byte[] toBytes() {
        return content.toBytes();
    }
}

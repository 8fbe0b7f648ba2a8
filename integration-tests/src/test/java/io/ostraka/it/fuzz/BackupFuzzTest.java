package io.ostraka.it.fuzz;

import io.ostraka.client.InvalidRequestException;
import io.ostraka.client.admin.ControllerBackup;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.raft.testkit.fuzz.FuzzTarget;
import io.ostraka.raft.testkit.fuzz.Fuzzing;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Any bytes as a backup of the controllers, as the command line reads it. */
final class BackupFuzzTest {

    @Test
    void aBackupOfAnyBytesIsReadOrRefused() {
        Fuzzing.run(
                Reading.class,
                5_000,
                "read",
                "refused: this backup is damaged",
                "refused: this backup has format",
                "refused: this is no backup");
    }

    static final class Reading implements FuzzTarget {

        private static final int HEADER_BYTES = 12;

        @Override
        public List<byte[]> seeds() {
            byte[] content = io.ostraka.proto.controller.ControllerBackup.newBuilder()
                    .setConfig(ConfigWire.toWire(ClusterConfig.founded(7, 4)))
                    .setNextReplicaId(12)
                    .build()
                    .toByteArray();
            ByteBuffer seed = ByteBuffer.allocate(HEADER_BYTES + content.length);
            return List.of(sealed(seed.putLong(0x4f_53_54_52_42_41_4b_01L)
                    .putInt(0)
                    .put(content)
                    .array()));
        }

        @Override
        public byte[] sealed(byte[] input) {
            if (input.length >= HEADER_BYTES) {
                CRC32C crc = new CRC32C();
                crc.update(input, HEADER_BYTES, input.length - HEADER_BYTES);
                ByteBuffer.wrap(input).putInt(8, (int) crc.getValue());
            }
            return input;
        }

        @Override
        public String run(byte[] input) {
            try {
                ControllerBackup backup = ControllerBackup.fromBytes(input);
                return "read, of " + backup.shards() + " shards";
            } catch (InvalidRequestException refused) {
                return "refused: " + refused.getMessage();
            }
        }

        @Override
        public long allocationMax(int inputBytes) {
            return (2 << 20) + 2_048L * inputBytes;
        }
    }
}

package io.ostraka.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.DiskFile;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.SharedLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches whose checksums are right, and which say what this version never writes: no torn tail, and no damage. */
@NullMarked
final class ForeignBatchTest {

    private static final LogOptions OPTIONS = new LogOptions(4096, 4096, 100, 2);
    private static final String SEGMENT = "log/0000000000000001.segment";
    private static final int SECOND_BATCH = 512;
    private static final int HEADER_BYTES = 72;

    private final SimulatedDisk disk = new SimulatedDisk();

    @BeforeEach
    void aReplicaIsBornInTheSecondBatch() throws DiskException {
        SharedLog log = SharedLog.open(disk, OPTIONS).log();
        log.write(List.of(new LogWrite.Restart(new ReplicaId(1), LogPosition.ZERO)));
        log.force();
        log.close();
        disk.killProcess();
    }

    private void change(Consumer<ByteBuffer> how) throws DiskException {
        ByteBuffer bytes = ByteBuffer.wrap(disk.contents(SEGMENT));
        how.accept(bytes);
        SegmentSeals.seal(bytes, 1);
        try (DiskFile file = disk.open(SEGMENT)) {
            file.write(0, bytes.rewind());
            file.force();
        }
    }

    private void assertThatTheLogIsRefused(String why) {
        List<String> files = disk.files();
        byte[] segment = disk.contents(SEGMENT);
        assertThatThrownBy(() -> SharedLog.open(disk, OPTIONS))
                .isInstanceOfSatisfying(
                        DiskException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(DiskException.Reason.NOT_UNDERSTOOD))
                .hasMessageContaining(SEGMENT)
                .hasMessageContaining(why)
                .hasMessageContaining("version of Ostraka that wrote it");
        assertThat(disk.files()).isEqualTo(files);
        assertThat(disk.contents(SEGMENT)).isEqualTo(segment);
    }

    @Test
    void aRecordOfUnknownKindIsRefused() throws DiskException {
        change(bytes -> bytes.put(SECOND_BATCH + HEADER_BYTES + 4, (byte) 77));

        assertThatTheLogIsRefused("kind 77");
    }

    @Test
    void aLengthBeyondTheBatchIsRefusedAndNotAllocated() throws DiskException {
        for (int length : new int[] {Integer.MAX_VALUE, -1, 1 << 30}) {
            change(bytes -> bytes.putInt(SECOND_BATCH + HEADER_BYTES, length));

            assertThatTheLogIsRefused("length of " + length);
        }
    }

    @Test
    void aBatchOfALaterVersionIsNotCutOffAsATornTail() throws DiskException {
        change(bytes -> bytes.putShort(SECOND_BATCH + 4, (short) 2));

        assertThatTheLogIsRefused("version 2");
    }

    @Test
    void aSegmentThatNamesItselfAsThePreviousOneIsRefused() throws DiskException {
        change(bytes -> bytes.putLong(HEADER_BYTES + 5, 1));

        assertThatTheLogIsRefused("a segment after");
    }

    @Test
    void aNumberThatWouldOverflowIsRefused() throws DiskException {
        int sequence = SECOND_BATCH + HEADER_BYTES + 5 + 8;
        change(bytes -> bytes.putLong(sequence, Long.MAX_VALUE));

        assertThatTheLogIsRefused("number " + Long.MAX_VALUE);
    }

    /** Such a record would be applied on top of the verdict that its replica is damaged. */
    @Test
    void aRecordThatIsNewerThanTheNewestOfItsReplicaIsRefused() throws DiskException {
        int sequence = SECOND_BATCH + HEADER_BYTES + 5 + 8;
        change(bytes -> bytes.putLong(sequence, 1L << 50));

        assertThatTheLogIsRefused("record " + (1L << 50) + " after number 1");
    }
}

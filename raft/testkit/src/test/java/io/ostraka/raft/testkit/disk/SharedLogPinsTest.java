package io.ostraka.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogPin;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery.Recovered;
import io.ostraka.raft.runtime.storage.SharedLog;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What keeps the log from giving back its oldest segment: a busy replica writes on, another one has stopped. */
@NullMarked
final class SharedLogPinsTest {

    private static final LogOptions OPTIONS = new LogOptions(8192, 4096, 3, 1);
    private static final int FILES_MAX = OPTIONS.segmentsTarget() + OPTIONS.sparesMax() + 2;
    private static final ReplicaId BUSY = new ReplicaId(1);
    private static final ReplicaId AT_REST = new ReplicaId(2);

    private final SimulatedDisk disk = new SimulatedDisk();
    private final SharedLog log;
    private long lastBusy;

    SharedLogPinsTest() throws DiskException {
        log = SharedLog.open(disk, OPTIONS).log();
        log.write(
                List.of(new LogWrite.Restart(BUSY, LogPosition.ZERO), new LogWrite.Restart(AT_REST, LogPosition.ZERO)));
        log.force();
    }

    @Test
    void whoHoldsTheOldestSegmentIsNamedWithWhatWouldFreeIt() throws DiskException {
        log.write(List.of(append(AT_REST, 1, 1_000), append(AT_REST, 2, 1_000)));

        List<LogPin> pins = writeSegments(6);

        assertThat(pins).isNotEmpty().allSatisfy(pin -> {
            assertThat(pin.replica()).isEqualTo(AT_REST);
            assertThat(pin.upToIndex()).isEqualTo(2);
            assertThat(pin.bytes()).isGreaterThanOrEqualTo(2_000);
        });
        assertThat(files()).isGreaterThan(FILES_MAX);
    }

    @Test
    void releasingWhatWasNamedFreesTheSegments() throws DiskException {
        log.write(List.of(append(AT_REST, 1, 1_000), append(AT_REST, 2, 1_000)));
        LogPin pin = writeSegments(10).getFirst();

        log.write(List.of(new LogWrite.Release(pin.replica(), new LogPosition(pin.upToIndex(), 1))));
        List<LogPin> pins = writeSegments(3);

        assertThat(pins).isEmpty();
        assertThat(files()).isLessThanOrEqualTo(FILES_MAX);
    }

    @Test
    void littleIsCopiedForwardInsteadAndIsThereAfterARestart() throws DiskException {
        log.write(List.of(append(AT_REST, 1, 100)));

        List<LogPin> pins = writeSegments(10);

        assertThat(pins).isEmpty();
        assertThat(files()).isLessThanOrEqualTo(FILES_MAX);
        log.close();
        Recovered found = (Recovered) SharedLog.open(disk, OPTIONS).require(AT_REST);
        assertThat(found.entries()).extracting(Entry::index).containsExactly(1L);
    }

    /** A replica that has stopped never lets go; the others of the node must not fill their disk because of it. */
    @Test
    void whatIsNeverReleasedIsCarriedAlongAndIsThereAfterARestart() throws DiskException {
        for (long index = 1; index <= 20; index++) {
            log.write(List.of(append(AT_REST, index, 1_000)));
        }

        for (int i = 0; i < 20; i++) {
            writeSegments(5);
            assertThat(files()).isLessThanOrEqualTo(4 * OPTIONS.segmentsTarget() + OPTIONS.sparesMax() + 2);
        }

        log.close();
        Recovered found = (Recovered) SharedLog.open(disk, OPTIONS).require(AT_REST);
        assertThat(found.entries()).hasSize(20).extracting(Entry::index).isSorted();
    }

    /** Has the busy replica fill this many segments, giving back what is behind it; returns what pinned meanwhile. */
    private List<LogPin> writeSegments(int segments) throws DiskException {
        List<LogPin> pins = new ArrayList<>();
        for (int i = 0; i < segments * OPTIONS.segmentBytes() / 1_000; i++) {
            log.write(List.of(append(BUSY, ++lastBusy, 1_000), release(BUSY, lastBusy - 1)));
            log.force();
            pins.addAll(log.maintain());
        }
        return pins;
    }

    private static LogWrite append(ReplicaId replica, long index, int bytes) {
        Entry entry = new Entry(index, 1, EntryType.COMMAND, Bytes.wrap(new byte[bytes]));
        return new LogWrite.Append(replica, index, null, List.of(entry));
    }

    private static LogWrite release(ReplicaId replica, long upTo) {
        return new LogWrite.Release(replica, new LogPosition(upTo, upTo == 0 ? 0 : 1));
    }

    private int files() throws DiskException {
        return disk.list("log").size();
    }
}

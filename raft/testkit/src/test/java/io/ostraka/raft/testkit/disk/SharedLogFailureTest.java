package io.ostraka.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery.Recovered;
import io.ostraka.raft.runtime.storage.SharedLog;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The log stops at the first failure of its disk, and at the first write that no correct replica makes. */
@NullMarked
final class SharedLogFailureTest {

    private static final LogOptions OPTIONS = new LogOptions(8192, 4096, 3, 1);
    private static final ReplicaId ONE = new ReplicaId(1);

    private final SimulatedDisk disk = new SimulatedDisk();
    private final SharedLog log;

    SharedLogFailureTest() throws DiskException {
        log = SharedLog.open(disk, OPTIONS).log();
        log.write(List.of(new LogWrite.Restart(ONE, LogPosition.ZERO)));
        log.force();
    }

    private static LogWrite append(long index) {
        return new LogWrite.Append(
                ONE, index, null, List.of(new Entry(index, 1, EntryType.COMMAND, Bytes.wrap(new byte[100]))));
    }

    @Test
    void aFailedForceIsFinalAndWhatItCoveredWasNeverAnswered() throws DiskException {
        log.write(List.of(append(1)));
        disk.listen(call -> {
            if (call.kind() == DiskCall.Kind.FORCE) {
                throw new DiskException(DiskException.Reason.DEVICE, "cannot force", null);
            }
        });
        assertThatThrownBy(log::force).isInstanceOf(DiskException.class);
        disk.listen(_ -> {});

        assertThatThrownBy(log::force).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> log.write(List.of(append(2)))).isInstanceOf(IllegalStateException.class);
        disk.losePower(new LosesEverything());
        Recovered found = (Recovered) SharedLog.open(disk, OPTIONS).require(ONE);
        assertThat(found.entries()).isEmpty();
    }

    @Test
    void aFullDiskStopsTheLogWithAClearMessageAndKeepsWhatWasAnswered() throws DiskException {
        log.write(List.of(append(1)));
        log.force();
        disk.limitCapacity(20_000);
        assertThatThrownBy(() -> {
                    for (long index = 2; index < 1000; index++) {
                        log.write(List.of(append(index)));
                    }
                })
                .isInstanceOfSatisfying(
                        DiskException.class, e -> assertThat(e.reason()).isEqualTo(DiskException.Reason.FULL))
                .hasMessageContaining("free space");
        assertThatThrownBy(log::force).isInstanceOf(IllegalStateException.class);

        disk.losePower(new LosesEverything());
        disk.limitCapacity(Long.MAX_VALUE);
        Recovered found = (Recovered) SharedLog.open(disk, OPTIONS).require(ONE);
        assertThat(found.entries()).hasSize(1);
    }

    @Test
    void aChangeOfTheCommitIndexAloneNeedsNoForce() throws DiskException {
        assertThat(log.write(List.of(new LogWrite.Append(ONE, 1, new HardState(1, null, 0), List.of()))))
                .isTrue();
        log.force();
        assertThat(log.write(List.of(new LogWrite.Append(ONE, 2, new HardState(1, null, 7), List.of()))))
                .isFalse();
        assertThat(log.write(List.of(new LogWrite.Append(ONE, 3, new HardState(1, ONE, 7), List.of()))))
                .isTrue();
    }

    @Test
    void aGapInTheEntriesStopsTheLog() {
        assertThatThrownBy(() -> log.write(List.of(append(2)))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(log::force).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRemovedReplicaNeverComesBack() throws DiskException {
        log.write(List.of(append(1), new LogWrite.Remove(ONE)));
        log.force();
        log.close();

        var recovery = SharedLog.open(disk, OPTIONS);

        assertThat(recovery.replicas()).isEmpty();
        assertThatThrownBy(() -> recovery.log().write(List.of(new LogWrite.Restart(ONE, LogPosition.ZERO))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBatchLargerThanASegmentGetsOneOfItsOwnSize() throws DiskException {
        byte[] large = new byte[50_000];
        large[49_999] = 1;
        Entry entry = new Entry(1, 1, EntryType.COMMAND, Bytes.wrap(large));
        log.write(List.of(new LogWrite.Append(ONE, 1, null, List.of(entry)), append(2)));
        log.force();
        disk.losePower(new LosesEverything());

        Recovered found = (Recovered) SharedLog.open(disk, OPTIONS).require(ONE);
        assertThat(found.entries()).hasSize(2).contains(entry);
    }
}

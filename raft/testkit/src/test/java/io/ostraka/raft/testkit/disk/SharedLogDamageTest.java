package io.ostraka.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.runtime.storage.ReplicaRecovery.Damaged;
import io.ostraka.raft.runtime.storage.ReplicaRecovery.Recovered;
import io.ostraka.raft.runtime.storage.SharedLog;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log says of bytes that are not what was written, torn tail or damage. */
@NullMarked
final class SharedLogDamageTest {

    private static final LogOptions OPTIONS = new LogOptions(4096, 4096, 100, 2);
    private static final ReplicaId ONE = new ReplicaId(1);
    private static final ReplicaId TWO = new ReplicaId(2);

    private final SimulatedDisk disk = new SimulatedDisk();
    private SharedLog log;

    SharedLogDamageTest() throws DiskException {
        log = SharedLog.open(disk, OPTIONS).log();
    }

    @BeforeEach
    void bearReplicas() throws DiskException {
        persist(new LogWrite.Restart(ONE, LogPosition.ZERO));
        persist(new LogWrite.Restart(TWO, LogPosition.ZERO));
    }

    private void persist(LogWrite... writes) throws DiskException {
        log.write(List.of(writes));
        log.force();
        log.maintain();
    }

    private static LogWrite append(ReplicaId replica, long index, long term) {
        Entry entry = new Entry(index, term, EntryType.COMMAND, Bytes.utf8("entry " + index + " of " + replica));
        return new LogWrite.Append(replica, index, new HardState(term, replica, index - 1), List.of(entry));
    }

    private void appendBoth(long from, long to) throws DiskException {
        for (long index = from; index <= to; index++) {
            persist(append(ONE, index, 1), append(TWO, index, 1));
        }
    }

    private static long lastIndex(Recovery recovery, ReplicaId replica) {
        Recovered found = (Recovered) recovery.require(replica);
        return found.base().index() + found.entries().size();
    }

    @Test
    void anyFlippedByteIsDetectedOrHarmless() throws DiskException {
        appendBoth(1, 14);
        persist(new LogWrite.Release(TWO, new LogPosition(5, 1)));
        persist(append(ONE, 10, 2));
        log.close();
        disk.killProcess();
        Map<ReplicaId, ReplicaRecovery> whole =
                SharedLog.open(disk.copy(), OPTIONS).replicas();
        int condemned = 0;
        for (String file : disk.files()) {
            int size = disk.contents(file).length;
            for (int offset = 0; offset < size; offset++) {
                SimulatedDisk damaged = disk.copy();
                damaged.flip(file, offset, 1 << (offset % 8));
                Recovery recovery = SharedLog.open(damaged, OPTIONS);
                for (Map.Entry<ReplicaId, ReplicaRecovery> expected : whole.entrySet()) {
                    ReplicaRecovery found = recovery.require(expected.getKey());
                    if (found instanceof Damaged) {
                        condemned++;
                    } else {
                        assertThat(found).as("%s byte %d", file, offset).isEqualTo(expected.getValue());
                    }
                }
                // A flip between batches was never read, and there are many such bytes.
                if (offset % 8 == 0 || offset % 512 < 160) {
                    recovery.log().close();
                    assertSameAgain(recovery, damaged, whole.keySet(), file + " byte " + offset);
                }
            }
        }
        assertThat(condemned).isPositive();
    }

    /** What is condemned stays so, and what is whole stays so, though segments were freed and written since. */
    private static void assertSameAgain(Recovery first, SimulatedDisk disk, Set<ReplicaId> replicas, String where)
            throws DiskException {
        Recovery again = SharedLog.open(disk, OPTIONS);
        for (ReplicaId replica : replicas) {
            if (first.require(replica) instanceof Damaged) {
                assertThat(again.require(replica)).as(where).isInstanceOf(Damaged.class);
            } else {
                assertThat(again.require(replica)).as(where).isEqualTo(first.require(replica));
            }
        }
    }

    @Test
    void damageBelowTheProvenForceIsNamedAndNeverCut() throws DiskException {
        appendBoth(1, 3);
        log.writeProof();
        disk.killProcess();
        String file = disk.files().getFirst();
        disk.flip(file, 2 * 512 + 100, 1);

        Recovery recovery = SharedLog.open(disk, OPTIONS);

        assertThat(recovery.damage()).singleElement().asString().contains(file, "1024", "forced");
        assertThat(recovery.require(TWO))
                .isInstanceOfSatisfying(
                        Damaged.class, damaged -> assertThat(damaged.what()).contains(file));
    }

    @Test
    void aReplicaWhoseRecordsAreAllThereGoesOnBesideADamagedOne() throws DiskException {
        persist(append(ONE, 1, 1));
        long offsetOfOne = 3 * 512;
        persist(append(TWO, 1, 1));
        persist(append(TWO, 2, 1));
        log.writeProof();
        disk.killProcess();
        disk.flip(disk.files().getFirst(), offsetOfOne + 100, 1);

        Recovery recovery = SharedLog.open(disk, OPTIONS);

        assertThat(recovery.require(ONE)).isInstanceOf(Damaged.class);
        assertThat(lastIndex(recovery, TWO)).isEqualTo(2);
        recovery.log().write(List.of(append(TWO, 3, 1)));
        recovery.log().force();
        recovery.log().close();

        Recovery again = SharedLog.open(disk, OPTIONS);

        assertThat(again.require(ONE)).isInstanceOf(Damaged.class);
        assertThat(lastIndex(again, TWO)).isEqualTo(3);
    }

    @Test
    void aDamagedReplicaIsWholeAgainAfterItsLogIsRestarted() throws DiskException {
        appendBoth(1, 3);
        log.close();
        disk.flip(disk.files().getFirst(), 3 * 512 + 100, 1);
        Recovery damaged = SharedLog.open(disk, OPTIONS);
        assertThat(damaged.require(ONE)).isInstanceOf(Damaged.class);

        damaged.log().write(List.of(new LogWrite.Restart(ONE, new LogPosition(9, 4)), append(ONE, 10, 4)));
        damaged.log().force();
        damaged.log().close();
        Recovery again = SharedLog.open(disk, OPTIONS);

        assertThat(lastIndex(again, ONE)).isEqualTo(10);
        assertThat(again.require(TWO)).isInstanceOf(Damaged.class);
    }

    @Test
    void invalidBytesPastTheProvenForceAreATornTail() throws DiskException {
        appendBoth(1, 3);
        log.write(List.of(append(ONE, 4, 1)));
        log.write(List.of(append(ONE, 5, 1)));
        disk.killProcess();
        int firstUnproven = 6 * 512;
        disk.flip(disk.files().getFirst(), firstUnproven + 90, 1);

        Recovery recovery = SharedLog.open(disk, OPTIONS);

        assertThat(recovery.damage()).isEmpty();
        assertThat(lastIndex(recovery, ONE)).isEqualTo(3);
        assertThat(lastIndex(recovery, TWO)).isEqualTo(3);
    }

    @Test
    void whatAKilledProcessWroteIsForcedBeforeItIsShown() throws DiskException {
        appendBoth(1, 2);
        log.write(List.of(append(ONE, 3, 1)));
        disk.killProcess();

        Recovery shown = SharedLog.open(disk, OPTIONS);
        assertThat(lastIndex(shown, ONE)).isEqualTo(3);
        disk.losePower(new LosesEverything());

        assertThat(lastIndex(SharedLog.open(disk, OPTIONS), ONE)).isEqualTo(3);
    }

    @Test
    void aMissingOrTruncatedSegmentIsDamage() throws DiskException {
        appendBoth(1, 30);
        log.close();
        disk.killProcess();
        List<String> files = disk.files();
        assertThat(files).hasSizeGreaterThan(3);
        for (String file : files.subList(0, files.size() - 1)) {
            SimulatedDisk missing = disk.copy();
            missing.delete(file);
            assertThat(SharedLog.open(missing, OPTIONS).require(ONE)).isInstanceOf(Damaged.class);
            SimulatedDisk emptied = disk.copy();
            emptied.truncate(file, 0);
            assertThat(SharedLog.open(emptied, OPTIONS).require(ONE)).isInstanceOf(Damaged.class);
        }
    }

    @Test
    void anEmptyLogIsDamageForAReplicaThatMustBeThere() throws DiskException {
        Recovery fresh = SharedLog.open(new SimulatedDisk(), OPTIONS);

        assertThat(fresh.replicas()).isEmpty();
        assertThat(fresh.require(ONE)).isInstanceOf(Damaged.class);
    }

    @Test
    void bytesOfARecycledSegmentNeverPass() throws DiskException {
        SplittableRandom random = new SplittableRandom(7);
        for (long index = 1; index <= 200; index++) {
            persist(append(ONE, index, 1));
            persist(new LogWrite.Release(ONE, new LogPosition(index, 1)));
            if (random.nextInt(10) == 0) {
                disk.killProcess();
                Recovery recovery = SharedLog.open(disk, OPTIONS);
                assertThat(recovery.damage()).isEmpty();
                assertThat(lastIndex(recovery, ONE)).isEqualTo(index);
                log = recovery.log();
            }
        }
        assertThat(disk.files()).as("segments are used again").hasSizeLessThan(6);
    }

    @Test
    void fewEntriesOfASlowReplicaAreCopiedForwardAndKeepTheirPlace() throws DiskException {
        LogOptions small = new LogOptions(8192, 4096, 3, 2);
        SimulatedDisk fresh = new SimulatedDisk();
        SharedLog slow = SharedLog.open(fresh, small).log();
        slow.write(List.of(new LogWrite.Restart(ONE, LogPosition.ZERO), new LogWrite.Restart(TWO, LogPosition.ZERO)));
        slow.write(List.of(append(TWO, 1, 1), append(TWO, 2, 1), append(TWO, 2, 2)));
        for (long index = 1; index <= 300; index++) {
            slow.write(List.of(append(ONE, index, 1), new LogWrite.Release(ONE, new LogPosition(index, 1))));
            slow.force();
            assertThat(slow.maintain()).isEmpty();
        }
        assertThat(fresh.files()).hasSizeLessThan(8);
        fresh.killProcess();

        Recovery recovery = SharedLog.open(fresh, small);

        Recovered two = (Recovered) recovery.require(TWO);
        assertThat(two.entries()).extracting(Entry::term).containsExactly(1L, 2L);
        assertThat(two.hardState()).isEqualTo(new HardState(2, TWO, 1));
    }

    @Test
    void whoeverPinsTheOldestSegmentIsNamed() throws DiskException {
        LogOptions small = new LogOptions(4096, 4096, 2, 2);
        SimulatedDisk fresh = new SimulatedDisk();
        SharedLog slow = SharedLog.open(fresh, small).log();
        slow.write(List.of(new LogWrite.Restart(ONE, LogPosition.ZERO)));
        for (long index = 1; index <= 30; index++) {
            Entry large = new Entry(index, 1, EntryType.COMMAND, Bytes.wrap(new byte[400]));
            slow.write(List.of(new LogWrite.Append(ONE, index, null, List.of(large))));
            slow.force();
        }

        assertThat(slow.maintain()).singleElement().satisfies(pin -> {
            assertThat(pin.replica()).isEqualTo(ONE);
            slow.write(List.of(new LogWrite.Release(ONE, new LogPosition(pin.upToIndex(), 1))));
            slow.force();
        });
        assertThat(slow.maintain().getFirst().upToIndex()).isGreaterThan(4);
    }
}

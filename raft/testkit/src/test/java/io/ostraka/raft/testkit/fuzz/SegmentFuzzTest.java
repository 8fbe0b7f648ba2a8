package io.ostraka.raft.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.DiskFile;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import io.ostraka.raft.testkit.disk.SegmentSeals;
import io.ostraka.raft.testkit.disk.SimulatedDisk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Any bytes in the segments of the shared log, also such whose checksums are right. */
@NullMarked
final class SegmentFuzzTest {

    private static final LogOptions OPTIONS = new LogOptions(4096, 4096, 100, 2);
    private static final int ALIGNMENT = 512;

    @Test
    void aLogOfAnyBytesIsOpenedOrRefused() {
        Fuzzing.run(Opening.class, 3_000, "opened", "refused");
    }

    /** An input is a row of files: generation (1 byte), length in blocks of 512 bytes (1), so many bytes. */
    static final class Opening implements FuzzTarget {

        @Override
        public List<byte[]> seeds() {
            try {
                return List.of(files(life(3)), files(life(20)));
            } catch (DiskException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public String run(byte[] input) throws DiskException {
            SimulatedDisk disk = disk(input);
            try {
                Recovery first = SharedLog.open(disk, OPTIONS);
                goOn(first);
                Recovery again = SharedLog.open(disk, OPTIONS);
                assertThat(words(again)).isEqualTo(words(first));
                return "opened " + again.replicas().size() + " replicas, "
                        + again.damage().size() + " damaged places";
            } catch (DiskException refused) {
                return "refused: " + refused.reason() + " "
                        + String.valueOf(refused.getMessage()).replaceAll("log/.*segment", "");
            }
        }

        /** What is found again must be the same; where damage was may be said in other words. */
        private static Map<ReplicaId, String> words(Recovery recovery) {
            Map<ReplicaId, String> words = new TreeMap<>();
            recovery.replicas()
                    .forEach((replica, found) -> words.put(
                            replica, found instanceof ReplicaRecovery.Damaged ? "damaged" : found.toString()));
            return words;
        }

        /** What a start goes on with. */
        private static void goOn(Recovery found) throws DiskException {
            found.log().writeProof();
            found.log().maintain();
            found.log().close();
        }

        @Override
        public byte[] sealed(byte[] input) {
            ByteBuffer rest = ByteBuffer.wrap(input);
            while (rest.remaining() > 2) {
                long generation = rest.get() & 0xFF;
                int length = Math.min((rest.get() & 0xFF) * ALIGNMENT, rest.remaining());
                SegmentSeals.seal(rest.slice(rest.position(), length), generation);
                rest.position(rest.position() + length);
            }
            return input;
        }
    }

    private static SimulatedDisk disk(byte[] input) throws DiskException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.createFolder("log");
        ByteBuffer rest = ByteBuffer.wrap(input);
        while (rest.remaining() > 2) {
            String name = String.format("log/%016x.segment", rest.get() & 0xFF);
            int length = Math.min((rest.get() & 0xFF) * ALIGNMENT, rest.remaining());
            if (!disk.exists(name)) {
                try (DiskFile file = disk.create(name)) {
                    file.write(0, rest.slice(rest.position(), length));
                }
            }
            rest.position(rest.position() + length);
        }
        return disk;
    }

    private static byte[] files(SimulatedDisk disk) {
        ByteBuffer files = ByteBuffer.allocate(1 << 20);
        for (String name : disk.files()) {
            if (name.endsWith(".segment")) {
                byte[] bytes = disk.contents(name);
                String generation = name.substring(name.indexOf('/') + 1, name.indexOf('.'));
                int blocks = (bytes.length + ALIGNMENT - 1) / ALIGNMENT;
                files.put((byte) Long.parseLong(generation, 16)).put((byte) blocks);
                files.put(bytes).put(new byte[blocks * ALIGNMENT - bytes.length]);
            }
        }
        byte[] input = new byte[files.position()];
        files.flip().get(input);
        return input;
    }

    /** What two replicas leave behind: every kind of record. */
    private static SimulatedDisk life(int steps) throws DiskException {
        SimulatedDisk disk = new SimulatedDisk();
        ReplicaId one = new ReplicaId(1);
        ReplicaId two = new ReplicaId(2);
        ReplicaId gone = new ReplicaId(3);
        SharedLog log = SharedLog.open(disk, OPTIONS).log();
        log.write(List.of(
                new LogWrite.Restart(one, LogPosition.ZERO),
                new LogWrite.Restart(two, new LogPosition(7, 2)),
                new LogWrite.Restart(gone, LogPosition.ZERO)));
        for (int step = 1; step <= steps; step++) {
            List<LogWrite> writes = new ArrayList<>();
            Entry entry = new Entry(step, 2, EntryType.COMMAND, Bytes.utf8("entry " + step));
            writes.add(new LogWrite.Append(one, step, new HardState(2, two, step - 1), List.of(entry)));
            if (step == 2) {
                writes.add(new LogWrite.Append(two, step, new HardState(9, null, 7), List.of()));
                writes.add(new LogWrite.Remove(gone));
            }
            if (step % 5 == 0) {
                writes.add(new LogWrite.Release(one, new LogPosition(step - 3, 2)));
            }
            log.write(writes);
            log.force();
            log.maintain();
        }
        log.writeProof();
        log.close();
        disk.killProcess();
        return disk;
    }
}

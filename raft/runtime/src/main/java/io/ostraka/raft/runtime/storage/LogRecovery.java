package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.LogRecord.OfReplica;
import io.ostraka.raft.runtime.storage.LogRecord.Released;
import io.ostraka.raft.runtime.storage.LogRecord.Restarted;
import io.ostraka.raft.runtime.storage.LogRecord.Roster;
import io.ostraka.raft.runtime.storage.LogRecord.RosterEntry;
import io.ostraka.raft.runtime.storage.LogRecord.SegmentStart;
import io.ostraka.raft.runtime.storage.ReplicaHistory.Reference;
import io.ostraka.raft.runtime.storage.ReplicaHistory.Verdict;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads the batches that {@link LogScan} kept, twice: first to learn up to where each replica has given its entries
 * back, then to take the entries above. So no more is held in memory than the replicas need.
 */
final class LogRecovery {

    /** The highest numbered statement about where a replica's log begins. */
    private record Floor(long sequence, long index) {
        static Floor higher(Floor one, Floor other) {
            return one.sequence() >= other.sequence() ? one : other;
        }
    }

    private record Start(boolean oldest, List<RosterEntry> roster) {}

    private final Disk disk;
    private final LogScan scan;
    private final long freshGeneration;
    private final Map<ReplicaId, Floor> floors = new HashMap<>();
    private final SortedMap<ReplicaId, ReplicaHistory> histories = new TreeMap<>();
    private final List<Start> starts = new ArrayList<>();
    private final ByteArrayOutputStream unproven = new ByteArrayOutputStream();

    private LogRecovery(Disk disk, LogScan scan, long freshGeneration) {
        this.disk = disk;
        this.scan = scan;
        this.freshGeneration = freshGeneration;
    }

    /**
     * Reads the log.
     *
     * @param freshGeneration the segment to which what is not proven will be written anew
     */
    static LogRecovery of(Disk disk, LogScan scan, long freshGeneration) throws DiskException {
        LogRecovery recovery = new LogRecovery(disk, scan, freshGeneration);
        recovery.readBodies((_, body) -> recovery.noteFloors(body));
        recovery.readBodies(recovery::noteRecords);
        return recovery;
    }

    /** The encoded records that lie past the last proven force. */
    ByteBuffer unproven() {
        return ByteBuffer.wrap(unproven.toByteArray());
    }

    /** What each replica is that the log knows. */
    SortedMap<ReplicaId, Verdict> verdicts() {
        SortedMap<ReplicaId, Verdict> verdicts = new TreeMap<>();
        histories.forEach((replica, history) -> {
            for (Start start : starts) {
                history.addReference(new Reference(start.oldest(), find(start.roster(), replica)));
            }
            verdicts.put(replica, history.judge(scan.damage()));
        });
        return verdicts;
    }

    private static @Nullable RosterEntry find(List<RosterEntry> roster, ReplicaId replica) {
        for (RosterEntry entry : roster) {
            if (entry.replica().equals(replica)) {
                return entry;
            }
        }
        return null;
    }

    private interface BodyVisitor {
        void visit(BatchHeader header, ByteBuffer body) throws MalformedRecordException;
    }

    private void readBodies(BodyVisitor visitor) throws DiskException {
        int next = 0;
        List<BatchHeader> kept = scan.kept();
        while (next < kept.size()) {
            long generation = kept.get(next).at().generation();
            try (SegmentReader reader = new SegmentReader(disk, generation)) {
                for (; next < kept.size() && kept.get(next).at().generation() == generation; next++) {
                    BatchHeader header = kept.get(next);
                    ByteBuffer body = reader.body(header);
                    if (BatchHeader.checksum(generation, body.duplicate()) != header.bodyChecksum()) {
                        throw new DiskException(
                                DiskException.Reason.DEVICE,
                                "two reads of " + disk.describe() + "/" + header.at() + " gave different bytes",
                                null);
                    }
                    try {
                        visitor.visit(header, body);
                    } catch (MalformedRecordException e) {
                        throw reader.notUnderstood(header.at(), e);
                    }
                }
            }
        }
    }

    private void noteFloors(ByteBuffer body) throws MalformedRecordException {
        for (LogRecord record : RecordCodec.decodeAll(body, _ -> Long.MAX_VALUE)) {
            switch (record) {
                case Restarted restarted ->
                    noteFloor(restarted.stamp().replica(), restarted.stamp().sequence(), restarted.base());
                case Released released ->
                    noteFloor(released.stamp().replica(), released.stamp().sequence(), released.upTo());
                case SegmentStart start -> noteFloors(start.roster());
                case Roster roster -> noteFloors(roster.roster());
                case LogRecord.Appended _, LogRecord.Removed _ -> {}
            }
        }
    }

    private void noteFloors(List<RosterEntry> roster) {
        for (RosterEntry entry : roster) {
            noteFloor(entry.replica(), entry.latest(), entry.base());
        }
    }

    private void noteFloor(ReplicaId replica, long sequence, LogPosition base) {
        floors.merge(replica, new Floor(sequence, base.index()), Floor::higher);
    }

    private void noteRecords(BatchHeader header, ByteBuffer body) throws MalformedRecordException {
        boolean isProven = header.at().isBefore(scan.proven());
        long generation = isProven ? header.at().generation() : freshGeneration;
        ToLongFunction<ReplicaId> wanted = replica -> {
            Floor floor = floors.get(replica);
            return floor == null ? 0 : floor.index();
        };
        while (body.hasRemaining()) {
            int from = body.position();
            switch (RecordCodec.decode(body, wanted)) {
                case OfReplica record -> {
                    history(record.stamp().replica()).add(record, header.at(), generation);
                    if (!isProven) {
                        byte[] encoded = new byte[body.position() - from];
                        body.get(from, encoded);
                        unproven.writeBytes(encoded);
                    }
                }
                case SegmentStart start -> {
                    noteRoster(start.roster(), header.at());
                    starts.add(new Start(header.at().generation() == scan.oldest(), start.roster()));
                }
                case Roster roster -> noteRoster(roster.roster(), header.at());
            }
        }
    }

    private void noteRoster(List<RosterEntry> roster, LogPoint at) {
        for (RosterEntry entry : roster) {
            history(entry.replica()).heardOf(entry.latest(), at);
        }
    }

    private ReplicaHistory history(ReplicaId replica) {
        return histories.computeIfAbsent(replica, ReplicaHistory::new);
    }
}

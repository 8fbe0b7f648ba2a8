package io.ostraka.raft.testkit.disk;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery.Recovered;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;

/** Draws writes that a correct replica could make, given what the log holds. */
@NullMarked
final class LogScript {

    private static final int REPLICAS_MAX = 4;
    private static final List<EntryType> TYPES = List.of(EntryType.values());

    private final RandomGenerator random;
    private long nextReplica = 1;

    LogScript(RandomGenerator random) {
        this.random = random;
    }

    LogWrite next(LogModel model) {
        List<ReplicaId> ids = new ArrayList<>(model.replicas().keySet());
        ids.forEach(id -> nextReplica = Math.max(nextReplica, id.value() + 1));
        if (ids.isEmpty() || (ids.size() < REPLICAS_MAX && random.nextInt(20) == 0)) {
            return new LogWrite.Restart(new ReplicaId(nextReplica++), LogPosition.ZERO);
        }
        // Replica 1, as long as it lives, is slow: it gives back nothing, and so holds old segments.
        ReplicaId id = ids.get(random.nextInt(ids.size()));
        Recovered now = model.of(id);
        int choice = random.nextInt(100);
        if (choice < 70) {
            return append(id, now);
        } else if (choice < 80) {
            HardState old = hardState(now);
            return new LogWrite.Append(id, 0, new HardState(old.term(), old.vote(), lastIndex(now)), List.of());
        } else if (choice < 96) {
            return now.entries().isEmpty() || (id.value() % 4 == 1 && random.nextInt(4) > 0)
                    ? append(id, now)
                    : new LogWrite.Release(
                            id,
                            now.entries()
                                    .get(random.nextInt(now.entries().size()))
                                    .position());
        } else if (choice < 99) {
            return new LogWrite.Restart(
                    id,
                    new LogPosition(
                            lastIndex(now) + random.nextInt(5), hardState(now).term()));
        }
        return new LogWrite.Remove(id);
    }

    private LogWrite append(ReplicaId id, Recovered now) {
        HardState old = hardState(now);
        HardState next = random.nextInt(4) == 0
                ? new HardState(
                        old.term() + 1, random.nextBoolean() ? new ReplicaId(random.nextInt(9)) : null, old.commit())
                : old;
        long first = lastIndex(now) + 1;
        if (random.nextInt(8) == 0) {
            first -= random.nextInt(now.entries().size() + 1);
        }
        List<Entry> entries = new ArrayList<>();
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            byte[] payload = new byte[random.nextInt(random.nextInt(10) == 0 ? 3000 : 200)];
            random.nextBytes(payload);
            EntryType type = TYPES.get(random.nextInt(TYPES.size()));
            entries.add(new Entry(first + i, next.term(), type, Bytes.wrap(payload)));
        }
        return new LogWrite.Append(id, 0, next.equals(old) && random.nextBoolean() && count > 0 ? null : next, entries);
    }

    private static HardState hardState(Recovered now) {
        HardState found = now.hardState();
        return found == null ? HardState.INITIAL : found;
    }

    private static long lastIndex(Recovered now) {
        return now.base().index() + now.entries().size();
    }
}

package io.ostraka.raft.testkit.disk;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.runtime.storage.ReplicaRecovery.Recovered;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;

/** What the log should hold: immutable, a new one for each write. */
@NullMarked
record LogModel(SortedMap<ReplicaId, ReplicaRecovery> replicas) {

    static final LogModel EMPTY = new LogModel(new TreeMap<>());

    Recovered of(ReplicaId replica) {
        return replicas.get(replica) instanceof Recovered found
                ? found
                : new Recovered(null, LogPosition.ZERO, List.of());
    }

    LogModel with(LogWrite write) {
        TreeMap<ReplicaId, ReplicaRecovery> next = new TreeMap<>(replicas);
        Recovered now = of(write.replica());
        switch (write) {
            case LogWrite.Append append -> {
                List<Entry> entries = new ArrayList<>(now.entries());
                if (!append.entries().isEmpty()) {
                    long first = append.entries().getFirst().index();
                    entries.removeIf(entry -> entry.index() >= first);
                    entries.addAll(append.entries());
                }
                HardState hardState = append.hardState() == null ? now.hardState() : append.hardState();
                next.put(write.replica(), new Recovered(hardState, now.base(), entries));
            }
            case LogWrite.Restart restart ->
                next.put(write.replica(), new Recovered(now.hardState(), restart.base(), List.of()));
            case LogWrite.Release release -> {
                List<Entry> entries = new ArrayList<>(now.entries());
                entries.removeIf(entry -> entry.index() <= release.upTo().index());
                next.put(write.replica(), new Recovered(now.hardState(), release.upTo(), entries));
            }
            case LogWrite.Remove _ -> next.remove(write.replica());
        }
        return new LogModel(next);
    }
}

package io.ostraka.raft.testkit.scenario;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;

/** What one node has in its log, as far as it was not given back. */
@NullMarked
final class NodeLog {

    /** What an entry takes beside its payload: index, term, type and length. */
    private static final int HEADER_BYTES = 24;

    /** An entry, and how many commands there are up to it. */
    private record Held(Entry entry, long commands) {}

    private final AppliedLogs applied;
    private final NavigableMap<Long, Held> entries = new TreeMap<>();
    private long base;

    NodeLog(AppliedLogs applied) {
        this.applied = applied;
    }

    void recovered(ReplicaRecovery.Recovered found) {
        restarted(found.base());
        append(found.entries());
    }

    void write(LogWrite write) {
        switch (write) {
            case LogWrite.Append append -> append(append.entries());
            case LogWrite.Restart restart -> restarted(restart.base());
            case LogWrite.Release release -> {
                base = release.upTo().index();
                entries.headMap(base, true).clear();
            }
            case LogWrite.Remove remove -> throw new AssertionError("no replica is removed: " + remove);
        }
    }

    private void restarted(LogPosition at) {
        entries.clear();
        base = at.index();
    }

    private void append(List<Entry> added) {
        for (Entry entry : added) {
            entries.tailMap(entry.index(), true).clear();
            long before = ordinal(entry.index() - 1);
            entries.put(entry.index(), new Held(entry, entry.type() == EntryType.COMMAND ? before + 1 : before));
        }
    }

    /** Returns how many commands the log has up to {@code index}. */
    long ordinal(long index) {
        Held held = entries.get(index);
        return held != null ? held.commands() : applied.commandsUpTo(index);
    }

    long bytes() {
        return entries.values().stream()
                .mapToLong(held -> HEADER_BYTES + held.entry().payload().size())
                .sum();
    }
}

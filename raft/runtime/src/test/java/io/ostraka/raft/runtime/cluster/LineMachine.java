package io.ostraka.raft.runtime.cluster;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.ResultSink;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A list of lines: each command appends one and answers which it is. A line that is there already stays where it is, so
 * a caller that does not know what became of one may append it again. It is durable as one file.
 */
final class LineMachine implements StateMachine<Integer> {

    private static final int LINES_PER_CHUNK = 64;

    private final Path file;
    private final Membership members;
    private Map<String, Integer> lines = new LinkedHashMap<>();
    private LogPosition applied = LogPosition.ZERO;
    private volatile AppliedState durable;
    private volatile int size;
    private volatile long leads;
    private final AtomicInteger installed = new AtomicInteger();

    LineMachine(Path file, Membership members) {
        this.file = file;
        this.members = members;
        if (Files.exists(file)) {
            try {
                ByteBuffer saved = ByteBuffer.wrap(Files.readAllBytes(file));
                applied = new LogPosition(saved.getLong(), saved.getLong());
                lines = numbered(decode(saved));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        durable = new AppliedState(applied, members);
        size = lines.size();
    }

    /** Returns how many lines there are; any thread. */
    int size() {
        return size;
    }

    /** Returns the term that this replica was told to lead in, 0 if it does not; any thread. */
    long leads() {
        return leads;
    }

    /** Returns how often a snapshot became the state; any thread. */
    int installed() {
        return installed.get();
    }

    synchronized List<String> lines() {
        return List.copyOf(lines.keySet());
    }

    @Override
    public AppliedState durable() {
        return durable;
    }

    @Override
    public synchronized void apply(List<Entry> entries, ResultSink<Integer> results) {
        for (Entry entry : entries) {
            if (entry.index() != applied.index() + 1) {
                throw new IllegalStateException("entry " + entry.index() + " after " + applied);
            }
            applied = entry.position();
            if (entry.type() == EntryType.COMMAND) {
                String line = entry.payload().toUtf8();
                lines.putIfAbsent(line, lines.size() + 1);
                results.result(entry.index(), lines.getOrDefault(line, 0));
            }
        }
        size = lines.size();
    }

    @Override
    public void leaderChanged(LeadershipEvent event) {
        leads = event instanceof LeadershipEvent.Leader ? event.term() : 0;
    }

    @Override
    public synchronized SnapshotReader openSnapshot() {
        List<String> pinned = List.copyOf(lines.keySet());
        LogPosition position = applied;
        return new SnapshotReader() {
            @Override
            public LogPosition position() {
                return position;
            }

            @Override
            public Membership membership() {
                return members;
            }

            @Override
            public @Nullable SnapshotChunk read(long sequence) {
                int from = Math.toIntExact(sequence * LINES_PER_CHUNK);
                if (from >= pinned.size()) {
                    return null;
                }
                return new SnapshotChunk(
                        sequence, encode(pinned.subList(from, Math.min(pinned.size(), from + LINES_PER_CHUNK))));
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SnapshotWriter beginInstall(SnapshotHeader header) {
        List<String> arriving = new ArrayList<>();
        return new SnapshotWriter() {
            @Override
            public void write(SnapshotChunk chunk) {
                arriving.addAll(decode(chunk.data().asByteBuffer()));
            }

            @Override
            public AppliedState commit() {
                if (header.position().index() <= applied.index()) {
                    throw new InvalidSnapshotException("older than what is applied");
                }
                synchronized (LineMachine.this) {
                    lines = numbered(arriving);
                    applied = header.position();
                    size = lines.size();
                }
                installed.incrementAndGet();
                return flush();
            }

            @Override
            public void abort() {}
        };
    }

    @Override
    public AppliedState flush() {
        byte[] image;
        LogPosition position;
        synchronized (this) {
            position = applied;
            Bytes encoded = encode(lines.keySet());
            ByteBuffer buffer = ByteBuffer.allocate(16 + encoded.size());
            buffer.putLong(position.index()).putLong(position.term());
            encoded.copyTo(buffer);
            image = buffer.array();
        }
        try {
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.write(temporary, image);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        durable = new AppliedState(position, members);
        return durable;
    }

    @Override
    public void close() {}

    private static Map<String, Integer> numbered(List<String> lines) {
        Map<String, Integer> numbered = new LinkedHashMap<>();
        lines.forEach(line -> numbered.put(line, numbered.size() + 1));
        return numbered;
    }

    private static Bytes encode(Collection<String> lines) {
        return Bytes.utf8(String.join("\n", lines));
    }

    private static List<String> decode(ByteBuffer bytes) {
        String text = StandardCharsets.UTF_8.decode(bytes).toString();
        return text.isEmpty() ? List.of() : List.of(text.split("\n", -1));
    }
}

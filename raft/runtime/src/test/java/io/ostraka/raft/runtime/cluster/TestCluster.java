package io.ostraka.raft.runtime.cluster;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.raft.runtime.host.ReadResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Three nodes with one group. */
final class TestCluster implements AutoCloseable {

    /** Matters only on failure. */
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** Longer than a write takes on a busy machine whose disk is well. */
    private static final long SLOW_WRITE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long DISK_RECOVERY_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final List<Integer> ALL = List.of(1, 2, 3);

    private final Path directory;
    private final RaftConfig raft;
    private final long unflushedBytesMax;
    private final NavigableMap<Integer, TestNode<LineMachine>> nodes = new TreeMap<>();
    private long starts;

    TestCluster(Path directory, RaftConfig raft, long unflushedBytesMax) throws Exception {
        this.directory = directory;
        this.raft = raft;
        this.unflushedBytesMax = unflushedBytesMax;
        for (int number : ALL) {
            Files.createDirectories(directory.resolve("node" + number));
            start(number);
        }
    }

    /** Timings that elect fast, and still stand a machine that is busy. */
    static RaftConfig timings(long quietAfterMillis) {
        return RaftConfig.defaults()
                .withTimings(50, 600, 1200)
                .withQuietAfterNanos(TimeUnit.MILLISECONDS.toNanos(quietAfterMillis));
    }

    void start(int number) throws Exception {
        HostOptions defaults = HostOptions.defaults(raft, number);
        HostOptions options = new HostOptions(
                raft,
                defaults.tickNanos(),
                defaults.queuedBytesMax(),
                unflushedBytesMax,
                unflushedBytesMax,
                defaults.transferRetainedBytesMax(),
                SLOW_WRITE_NANOS,
                DISK_RECOVERY_NANOS,
                number);
        TestNode<LineMachine> node = new TestNode<>(
                directory.resolve("node" + number),
                number,
                ALL,
                options,
                ++starts,
                (files, members) -> new LineMachine(files.resolve("lines"), members));
        nodes.values().forEach(other -> {
            other.knows(node);
            node.knows(other);
        });
        nodes.put(number, node);
    }

    void stop(int number) {
        TestNode<LineMachine> node = nodes.remove(number);
        if (node != null) {
            node.close();
        }
    }

    TestNode<LineMachine> node(int number) {
        TestNode<LineMachine> node = nodes.get(number);
        if (node == null) {
            throw new IllegalStateException("node " + number + " is stopped");
        }
        return node;
    }

    List<TestNode<LineMachine>> running() {
        return List.copyOf(nodes.values());
    }

    /** Waits for a node that was told that it leads, in the highest term of all who were. It may be deposed by then. */
    int leader() {
        await("a leader", () -> findLeader().isPresent());
        return findLeader().orElseThrow();
    }

    private Optional<Integer> findLeader() {
        return nodes.entrySet().stream()
                .filter(each -> each.getValue().machine().leads() > 0
                        && each.getValue().group().leadership().leads())
                .max(Comparator.comparingLong(
                        each -> each.getValue().group().leadership().term()))
                .map(Map.Entry::getKey);
    }

    /** Whether this node leads, and nobody in a higher term. */
    boolean leads(int number) {
        return findLeader().filter(leader -> leader == number).isPresent();
    }

    /** Appends a line, asking again until some leader has applied it; the same line asked again is the same line. */
    int append(String line) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() - deadline < 0) {
            CompletableFuture<ProposalResult<Integer>> outcome = new CompletableFuture<>();
            node(leader()).group().propose(Bytes.utf8(line), Budget.CLIENT, outcome::complete);
            switch (outcome.orTimeout(2, TimeUnit.MINUTES).join()) {
                case ProposalResult.Applied<Integer> applied -> {
                    return applied.result();
                }
                case ProposalResult.Refused<Integer> refused -> pause();
                case ProposalResult.Unknown<Integer> unknown -> pause();
            }
        }
        throw new AssertionError("nobody took " + line);
    }

    /**
     * Reads, asking again until a leader has proved that it leads; returns which, whose state may then be looked at.
     */
    int read() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() - deadline < 0) {
            int asked = leader();
            CompletableFuture<ReadResult> outcome = new CompletableFuture<>();
            node(asked).group().read(outcome::complete);
            switch (outcome.orTimeout(2, TimeUnit.MINUTES).join()) {
                case ReadResult.Ready ready -> {
                    return asked;
                }
                case ReadResult.Refused refused -> pause();
            }
        }
        throw new AssertionError("nobody answered a read");
    }

    void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited in vain for " + what + "; "
                        + running().stream()
                                .map(node -> node.group().status().toString())
                                .toList());
            }
            pause();
        }
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }

    @Override
    public void close() {
        List.copyOf(nodes.keySet()).forEach(this::stop);
    }
}

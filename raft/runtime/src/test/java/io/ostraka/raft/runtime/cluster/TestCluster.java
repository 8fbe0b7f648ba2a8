package io.ostraka.raft.runtime.cluster;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.runtime.host.HostOptions;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.raft.runtime.host.ReadResult;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
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
                1,
                defaults.tickNanos(),
                defaults.queuedBytesMax(),
                unflushedBytesMax,
                unflushedBytesMax,
                defaults.slowWriteNanos(),
                defaults.diskRecoveryNanos(),
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

    /** Waits for a node that was told that it leads, with the highest term of all. */
    int leader() {
        await("a leader", () -> findLeader().isPresent());
        return findLeader().orElseThrow();
    }

    private Optional<Integer> findLeader() {
        return nodes.entrySet().stream()
                .filter(each -> each.getValue().machine().leads() > 0
                        && each.getValue().group().leadership().leads())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Appends a line, asking again after refusals until some leader has applied it; a test's lines are told apart. */
    int append(String line) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() - deadline < 0) {
            CompletableFuture<ProposalResult<Integer>> outcome = new CompletableFuture<>();
            node(leader()).group().propose(Bytes.utf8(line), Budget.CLIENT, outcome::complete);
            switch (outcome.orTimeout(30, TimeUnit.SECONDS).join()) {
                case ProposalResult.Applied<Integer> applied -> {
                    return applied.result();
                }
                case ProposalResult.Refused<Integer> refused -> pause();
                case ProposalResult.Unknown<Integer> unknown -> pause();
            }
        }
        throw new AssertionError("nobody took " + line);
    }

    ReadResult read(int number) {
        CompletableFuture<ReadResult> outcome = new CompletableFuture<>();
        node(number).group().read(outcome::complete);
        return outcome.orTimeout(30, TimeUnit.SECONDS).join();
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

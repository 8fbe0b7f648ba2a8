package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvOperation.Append;
import io.ostraka.raft.testkit.history.KvOperation.Batch;
import io.ostraka.raft.testkit.history.KvOperation.CompareAndSet;
import io.ostraka.raft.testkit.history.KvOperation.Delete;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvOperation.Put;
import io.ostraka.raft.testkit.history.KvOperation.Write;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.KvResult.Absent;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.ConditionFailed;
import io.ostraka.raft.testkit.history.KvResult.Deleted;
import io.ostraka.raft.testkit.history.KvResult.Found;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the operations mean, as plainly as can be said, and apart from the checker's own model. */
final class NaiveStore {

    /** The value of a key that is there. */
    record Cell(String value, long revision) {}

    /** What an operation came to. */
    record Run(KvResult result, Map<String, Cell> after) {}

    private Map<String, Cell> cells = new TreeMap<>();
    private long lastRevision;

    /** Runs an operation as the next revision. */
    KvResult run(KvOperation operation) {
        Run run = run(operation, cells, lastRevision + 1);
        lastRevision += run.result() instanceof Found || run.result() instanceof Absent ? 0 : 1;
        cells = run.after();
        return run.result();
    }

    /** Others make this many revisions. */
    void skip(long revisions) {
        lastRevision += revisions;
    }

    /** The revision of a key; 0: it is absent. */
    long revision(String key) {
        Cell cell = cells.get(key);
        return cell == null ? 0 : cell.revision();
    }

    /** Runs an operation on a state that stays as it is. */
    static Run run(KvOperation operation, Map<String, Cell> cells, long revision) {
        Map<String, Cell> after = new TreeMap<>(cells);
        return switch (operation) {
            case Get(String key) -> {
                Cell cell = cells.get(key);
                yield new Run(cell == null ? new Absent() : new Found(cell.value(), cell.revision()), cells);
            }
            case Write write -> {
                KvResult result = write(write, after, revision);
                yield new Run(result, result instanceof ConditionFailed ? cells : after);
            }
            case Batch batch -> {
                for (Write write : batch.writes()) {
                    if (write(write, after, revision) instanceof ConditionFailed failed) {
                        yield new Run(failed, cells);
                    }
                }
                yield new Run(new Applied(revision), after);
            }
        };
    }

    private static KvResult write(Write write, Map<String, Cell> cells, long revision) {
        @Nullable Cell cell = cells.get(write.key());
        switch (write) {
            case Put(String key, String value) -> cells.put(key, new Cell(value, revision));
            case Append(String key, String value) ->
                cells.put(key, new Cell((cell == null ? "" : cell.value()) + value, revision));
            case Delete(String key) -> {
                cells.remove(key);
                return new Deleted(cell != null, revision);
            }
            case CompareAndSet(String key, long expected, String value) -> {
                long found = cell == null ? 0 : cell.revision();
                if (found != expected) {
                    return new ConditionFailed(found);
                }
                if (value == null) {
                    cells.remove(key);
                } else {
                    cells.put(key, new Cell(value, revision));
                }
            }
        }
        return new Applied(revision);
    }
}

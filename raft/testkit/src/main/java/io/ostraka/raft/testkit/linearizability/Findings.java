package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.Deleted;
import io.ostraka.raft.testkit.history.KvResult.Found;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of a history were told, by then all of them. Known before a search begins, it says early what would
 * only be seen to be wrong much later:
 *
 * <ul>
 *   <li>Writes whose clients were told revisions come in the order of these, and a write of unknown outcome makes no
 *       revision that leaves the next of them none.
 *   <li>A key's value matters only as long as a value that was found begins with it: by appending it may still become
 *       that one. Any other explains no get, nor does what is appended to it, until it is replaced. So all others are
 *       as good as one.
 *   <li>A write that made a revision at which a key was found made the value that was found, and of that key.
 *   <li>A revision at which a key was found, and that no client was told, was made by a write of unknown outcome,
 *       before any write that made a higher one.
 * </ul>
 *
 * <p>Immutable.
 */
final class Findings {

    /** Knows nothing, and so tells every value from every other. */
    static final Findings NONE = new Findings(null, new TreeSet<>(), new TreeMap<>(), new TreeMap<>());

    private final @Nullable Map<String, NavigableSet<String>> values;
    /** The revisions that writers were told. */
    private final NavigableSet<Long> told;
    /** For each revision the keys that were found at it, with their values. */
    private final NavigableMap<Long, Map<String, String>> byRevision;
    /** Those of them that no client was told to have made. */
    private final NavigableMap<Long, Map<String, String>> unexplained;

    private Findings(
            @Nullable Map<String, NavigableSet<String>> values,
            NavigableSet<Long> told,
            NavigableMap<Long, Map<String, String>> byRevision,
            NavigableMap<Long, Map<String, String>> unexplained) {
        this.values = values;
        this.told = told;
        this.byRevision = byRevision;
        this.unexplained = unexplained;
    }

    /** What was found in these calls, which are one partition. */
    static Findings of(List<Call<KvOperation, KvResult>> calls) {
        Map<String, NavigableSet<String>> values = new HashMap<>();
        NavigableMap<Long, Map<String, String>> byRevision = new TreeMap<>();
        NavigableSet<Long> told = new TreeSet<>();
        for (Call<KvOperation, KvResult> call : calls) {
            if (call.outcome() instanceof Outcome.Returned<KvResult>(KvResult result, long _)) {
                if (result instanceof Found(String value, long revision)
                        && call.operation() instanceof Get(String key)) {
                    values.computeIfAbsent(key, _ -> new TreeSet<>()).add(value);
                    if (revision != 0) {
                        byRevision
                                .computeIfAbsent(revision, _ -> new HashMap<>())
                                .put(key, value);
                    }
                } else if (result instanceof Applied(long revision)) {
                    told.add(revision);
                } else if (result instanceof Deleted(boolean _, long revision)) {
                    told.add(revision);
                }
            }
        }
        NavigableMap<Long, Map<String, String>> unexplained = new TreeMap<>(byRevision);
        unexplained.keySet().removeAll(told);
        return new Findings(values, told, byRevision, unexplained);
    }

    /** The value, or null if no value that was found for the key begins with it. */
    @Nullable
    String orNull(String key, @Nullable String value) {
        if (values == null || value == null) {
            return value;
        }
        NavigableSet<String> found = values.get(key);
        String next = found == null ? null : found.ceiling(value);
        return next != null && next.startsWith(value) ? value : null;
    }

    /** Whether this text is anywhere in a value that was found for the key. */
    boolean contain(String key, String text) {
        if (values == null) {
            return true;
        }
        NavigableSet<String> found = values.get(key);
        return found != null && found.stream().anyMatch(value -> value.contains(text));
    }

    /** The keys that were found at a revision, with their values: what the write that made it wrote. */
    Map<String, String> at(long revision) {
        return byRevision.getOrDefault(revision, Map.of());
    }

    /** The highest revision that a write can make, if it comes before all those whose clients were told one. */
    long mostBeforeNextTold(KvState state) {
        Long next = told.higher(state.toldRevision());
        return next == null ? Long.MAX_VALUE : next - 1;
    }

    /** Whether no client was told a revision between the last one that was made and this one. */
    boolean isNextTold(KvState state, long revision) {
        return mostBeforeNextTold(state) >= revision - 1;
    }

    /**
     * Whether all that was found at revisions below {@code revision} can have been made, if a write with this revision
     * comes next: by the writes since the last one whose revision is known.
     */
    boolean canHaveBeenMade(KvState state, long revision) {
        if (revision <= state.toldRevision() + 1) {
            return true;
        }
        NavigableMap<Long, Map<String, String>> due = unexplained.subMap(state.toldRevision(), false, revision, false);
        long writes = state.nextRevision() - 1 - state.toldRevision();
        // As many writes as revisions: each made one of them, and what the last one made is still there.
        return due.isEmpty() || due.size() < writes || (due.size() == writes && isThere(state, due.lastEntry()));
    }

    private static boolean isThere(KvState state, Map.Entry<Long, Map<String, String>> found) {
        return found.getValue().entrySet().stream().allMatch(each -> {
            Register register = state.get(each.getKey());
            return register != null && each.getValue().equals(register.value()) && register.admits(found.getKey());
        });
    }
}

package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvOperation.Batch;
import io.ostraka.raft.testkit.history.KvOperation.CompareAndSet;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvOperation.Write;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.KvResult.Absent;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.ConditionFailed;
import io.ostraka.raft.testkit.history.KvResult.Deleted;
import io.ostraka.raft.testkit.history.KvResult.Found;
import io.ostraka.raft.testkit.history.KvText;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Puts states of keys and values, and what operations need of them, into words. */
final class KvWords {

    private final Findings findings;

    KvWords(Findings findings) {
        this.findings = findings;
    }

    static String describe(KvState state) {
        if (state.registers().isEmpty()) {
            return "nothing is there";
        }
        return new TreeMap<>(state.registers())
                .entrySet().stream()
                        .map(entry -> entry.getKey() + " is " + describe(entry.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String describe(Register register) {
        String value = register.value() == null ? "a value that nobody saw" : KvText.quoted(register.value());
        if (register.least() == register.most()) {
            return value + " at revision " + register.least();
        }
        return value + " at a revision from " + register.least()
                + (register.most() == Long.MAX_VALUE ? " on" : " to " + register.most());
    }

    /** What an operation with this result needs of a state, above all what this one has not. */
    String needs(KvState state, KvOperation operation, KvResult result) {
        String keys = String.join(", ", operation.keys());
        return switch (result) {
            case Found(String value, long revision) ->
                keys + " to be " + KvText.quoted(value) + (revision == 0 ? "" : " at revision " + revision);
            case Absent _ -> keys + " to be absent";
            case ConditionFailed(long revision) -> keys + present(revision);
            case Applied(long revision) -> all(conditions(operation), revisions(state, revision));
            case Deleted(boolean existed, long revision) ->
                all(List.of(keys + (existed ? " to be there" : " to be absent")), revisions(state, revision));
        };
    }

    private static String all(List<String> some, List<String> others) {
        List<String> all = new ArrayList<>(some);
        all.addAll(others);
        return all.isEmpty() ? "nothing in particular" : String.join(", and ", all);
    }

    private static List<String> conditions(KvOperation operation) {
        return switch (operation) {
            case CompareAndSet cas -> List.of(cas.key() + present(cas.expectedRevision()));
            case Batch batch ->
                batch.writes().stream()
                        .flatMap(write -> conditions(write).stream())
                        .toList();
            case Get _, Write _ -> List.of();
        };
    }

    private static String present(long revision) {
        return revision == 0 ? " to be absent" : " to be at revision " + revision;
    }

    /** What the revision that a write made says of what must have come before, and what it must have made. */
    private List<String> revisions(KvState state, long revision) {
        List<String> needs = new ArrayList<>();
        if (revision != 0 && revision < state.nextRevision()) {
            needs.add("no revision from " + revision + " on to have been made");
        } else if (revision != 0) {
            if (!findings.isNextTold(state, revision)) {
                needs.add("revision " + (findings.mostBeforeNextTold(state) + 1)
                        + " to have been made, which another client was told");
            }
            if (!findings.canHaveBeenMade(state, revision)) {
                needs.add("lower revisions to have been made, at which others found what is not there now");
            }
            findings.at(revision)
                    .forEach((key, value) -> needs.add("to leave " + key + " as " + KvText.quoted(value)
                            + ", which it was found to be at revision " + revision));
        }
        return needs;
    }
}

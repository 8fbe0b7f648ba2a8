package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Cuts a history into partitions that touch nothing in common, as far as that goes: operations that touch several parts
 * join them. (Horn and Kroening 2015 call this P-compositionality.)
 */
final class Partitions {

    private Partitions() {}

    /** One partition: what it touches, and its calls in the order of the history. */
    record Partition<O, R>(SortedSet<String> parts, List<Call<O, R>> calls) {}

    /** The partitions of a history, in the order of their first parts. */
    static <O, R> List<Partition<O, R>> of(List<Call<O, R>> history, Function<O, Set<String>> partsOf) {
        Map<String, String> parents = new HashMap<>();
        for (Call<O, R> call : history) {
            String first = null;
            for (String part : partsOf.apply(call.operation())) {
                first = first == null ? root(parents, part) : join(parents, first, part);
            }
        }
        Map<String, Partition<O, R>> partitions = new HashMap<>();
        for (Call<O, R> call : history) {
            Set<String> parts = partsOf.apply(call.operation());
            if (!parts.isEmpty()) {
                String root = root(parents, parts.iterator().next());
                Partition<O, R> partition =
                        partitions.computeIfAbsent(root, _ -> new Partition<>(new TreeSet<>(), new ArrayList<>()));
                partition.parts().addAll(parts);
                partition.calls().add(call);
            }
        }
        Map<String, Partition<O, R>> sorted = new TreeMap<>();
        partitions.values().forEach(partition -> sorted.put(partition.parts().getFirst(), partition));
        return List.copyOf(sorted.values());
    }

    private static String join(Map<String, String> parents, String root, String part) {
        parents.put(root(parents, part), root);
        return root;
    }

    /** The part that stands for all that are joined to this one; halves the way there. */
    private static String root(Map<String, String> parents, String part) {
        String at = part;
        String parent = parents.getOrDefault(at, at);
        while (!parent.equals(at)) {
            String above = parents.getOrDefault(parent, parent);
            parents.put(at, above);
            at = parent;
            parent = above;
        }
        return at;
    }
}

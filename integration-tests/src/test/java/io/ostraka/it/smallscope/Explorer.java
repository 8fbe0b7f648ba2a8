package io.ostraka.it.smallscope;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through all states of a {@link Model}, nearest first, so that what it finds it finds by a shortest way. A state
 * in which something is wrong ends the search. Not thread-safe.
 */
final class Explorer {

    private final Model model;
    private final int width;
    private final StateSet found;
    private int depth;

    Explorer(Model model) {
        this.model = model;
        this.width = model.initial().length;
        this.found = new StateSet(width);
    }

    /**
     * What a search came to.
     *
     * @param states how many different states were found
     * @param depth how many steps the farthest one is away from the beginning
     * @param whole whether these are all there are
     * @param violation what is wrong with the last one; null: nothing
     * @param story the steps to it, in words; empty if nothing is wrong
     */
    record Outcome(
            int states, int depth, boolean whole, @Nullable String violation, List<String> story) {

        /** How many steps led to the violation. */
        int steps() {
            return story.size();
        }

        /** The story with its steps counted, one a line. */
        String told() {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < story.size(); i++) {
                text.append("%3d. %s%n".formatted(i + 1, story.get(i)));
            }
            return text.append("  => ").append(violation).toString();
        }
    }

    /** Searches until something is wrong, all is found, or {@code statesMax} states are. */
    Outcome explore(int statesMax) {
        int[] initial = model.initial();
        found.add(initial, -1, -1);
        String violation = model.violation(initial);
        int levelEnd = 1;
        int[] state = new int[width];
        Search search = new Search();
        int next = 0;
        for (; violation == null && next < found.size() && found.size() < statesMax; next++) {
            if (next == levelEnd) {
                depth++;
                levelEnd = found.size();
            }
            found.get(next, state);
            search.parent = next;
            model.steps(state, search);
            violation = search.violation;
        }
        boolean whole = violation == null && next == found.size();
        int last = search.violating >= 0 ? search.violating : 0;
        List<String> story = violation == null ? List.of() : story(last);
        return new Outcome(found.size(), violation == null ? depth : story.size(), whole, violation, story);
    }

    /** A state that was found, by its number. */
    int[] state(int number) {
        int[] state = new int[width];
        found.get(number, state);
        return state;
    }

    /** The steps to a state, in words. */
    List<String> story(int number) {
        Deque<Integer> path = new ArrayDeque<>();
        for (int at = number; at >= 0; at = found.parent(at)) {
            path.addFirst(at);
        }
        List<String> story = new ArrayList<>();
        int[] before = state(path.removeFirst());
        for (int at : path) {
            int[] after = state(at);
            story.add(model.tell(before, found.step(at), after));
            before = after;
        }
        return story;
    }

    private final class Search implements Model.Steps {
        private int parent;
        private int violating = -1;
        private @Nullable String violation;

        @Override
        public void to(int step, int[] next) {
            int number = violation == null ? found.add(next, parent, step) : -1;
            if (number >= 0) {
                violation = model.violation(next);
                violating = violation == null ? -1 : number;
            }
        }
    }
}

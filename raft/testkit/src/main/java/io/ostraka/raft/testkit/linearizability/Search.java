package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * How it works.
 *
 * Wing and Gong [1] look for an order of the calls, one call after the other. The next one can be any that was called
 * before the first return among those that are not yet placed: it overlaps all that have returned before it in the
 * order, or comes after them. If the model allows it, both its events are lifted out of the list of events, and the
 * search goes on with the rest; if none is allowed, the call that was placed last is put back and the one after it
 * tried. All calls placed: linearizable. Nothing left to try: not linearizable.
 *
 * Lowe [2] adds that what remains to be done depends on two things only, on which calls have been placed and on the
 * state that they led to, and not on their order. So a configuration (set of calls, state) that was reached before is
 * not entered again. It is found by its hash and compared in full. The set is kept as the number of the first call,
 * in the order of returns, that is not placed, and a bitset of those placed beyond: as many bits as calls overlap,
 * however long the history is.
 *
 * Horn and Kroening [3] show that a history is linearizable if each part of it is whose calls touch nothing that others
 * touch. LinearizabilityChecker cuts it up; a search sees one part.
 *
 * A call whose outcome is unknown [1, section 2] has no return, so it may be placed anywhere after its call, or left
 * out. What keeps many of them from costing much:
 *
 *   - They are tried only where no call that returned leads on.
 *   - Whatever follows on a configuration also follows if fewer of them were used to get there, since none has to be
 *     used. So a configuration is not entered if it was reached before by a subset of the unknown calls.
 *   - Of several that do the same to every state (equal essence), the one called first is available whenever another
 *     is, so only that one is tried.
 *   - One that leaves the state as it is need not be placed.
 *
 * Two more cuts, for all calls:
 *
 *   - A reading that is allowed and leaves the state as it is can be placed at once, without trying anything else in
 *     its place. In any order that continues with it later, it may as well stand here: it rules out nothing here, and
 *     what follows does not depend on where it stood.
 *   - If a call that must be placed is too late, having a revision that the state has passed, nothing leads on.
 *
 * [1] J. M. Wing, C. Gong: Testing and Verifying Concurrent Objects. Journal of Parallel and Distributed Computing 17,
 *     1993.
 * [2] G. Lowe: Testing for Linearizability. Concurrency and Computation: Practice and Experience 29(4), 2017.
 * [3] A. Horn, D. Kroening: Faster Linearizability Checking via P-Compositionality. FORTE 2015.
 * [4] P. B. Gibbons, E. Korach: Testing Shared Memories. SIAM Journal on Computing 26(4), 1997: NP-complete, hence
 *     Bound.
 */
/** Looks for an order of the calls of one partition that its model allows. Used once, by one thread. */
final class Search<S, O, R> {

    private static final int STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 1 << 10;

    /** How a search ended. */
    sealed interface Ending<O, R> {

        /** This order explains everything; unknown calls that are not in it never took effect. */
        record Ordered<O, R>(List<Call<O, R>> order) implements Ending<O, R> {}

        /**
         * There is no order of all calls.
         *
         * @param longest an order of as many calls that returned as were ever placed
         * @param next those that returned and could have been next, as far as time goes
         */
        record Stuck<O, R>(List<Call<O, R>> longest, List<Call<O, R>> next) implements Ending<O, R> {}

        /** The bound was reached before either was shown. */
        record GaveUp<O, R>(long configurations) implements Ending<O, R> {}
    }

    /** All calls that are placed but for the unknown ones, and the state that they led to. */
    private record Configuration<S>(int firstMissing, BitSet beyond, S state) {}

    /** A point of the search: a call that was placed on those of its parent, and what has been tried from there. */
    private static final class Node<S> {
        final @Nullable Node<S> parent;
        final int number;
        final boolean isUnknown;
        final S state;
        final int returnedPlaced;
        boolean isLookedAt;
        boolean isDead;
        int nextEvent;
        int nextOpen;

        /** The begin, when nothing is placed. */
        Node(S state) {
            this.parent = null;
            this.number = -1;
            this.isUnknown = false;
            this.state = state;
            this.returnedPlaced = 0;
        }

        Node(Node<S> parent, int number, boolean isUnknown, S state) {
            this.parent = parent;
            this.number = number;
            this.isUnknown = isUnknown;
            this.state = state;
            this.returnedPlaced = parent.returnedPlaced + (isUnknown ? 0 : 1);
        }
    }

    private final SequentialModel<S, O, R> model;
    private final Bound bound;
    private final EventList<O, R> events;
    private final BitSet placed = new BitSet();
    private final BitSet used = new BitSet();
    /** For each open call the one before it that does the same, or -1. */
    private final int[] twins;
    /** For each configuration that was reached, the sets of unknown calls that it was reached with, none in another. */
    private final Map<Configuration<S>, List<BitSet>> reached = new HashMap<>();

    private long configurations;

    Search(SequentialModel<S, O, R> model, List<Call<O, R>> calls, Bound bound) {
        this.model = model;
        this.bound = bound;
        this.events = new EventList<>(calls);
        this.twins = new int[events.openCalls()];
        Map<Object, Integer> last = new HashMap<>();
        for (int i = 0; i < twins.length; i++) {
            Integer twin = last.put(model.essence(events.open(i).operation()), i);
            twins[i] = twin == null ? -1 : twin;
        }
    }

    Ending<O, R> run() {
        Node<S> node = new Node<>(model.initial());
        Node<S> farthest = node;
        for (long step = 1; !events.isEmpty(); step++) {
            if (configurations > bound.configurationsMax()
                    || (step % STEPS_BETWEEN_LOOKS_AT_THE_CLOCK == 0
                            && bound.isOver().getAsBoolean())) {
                return new Ending.GaveUp<>(configurations);
            }
            Node<S> further = further(node);
            if (further != null) {
                node = further;
                farthest = node.returnedPlaced > farthest.returnedPlaced ? node : farthest;
            } else {
                Node<S> back = back(node);
                if (back == null) {
                    return stuck(farthest);
                }
                node = back;
            }
        }
        return new Ending.Ordered<>(order(node));
    }

    /** Places one more call, in a way that was not tried before; null if there is none. */
    private @Nullable Node<S> further(Node<S> node) {
        if (!node.isLookedAt) {
            node.isLookedAt = true;
            Node<S> onlyWay = lookAround(node);
            if (onlyWay != null) {
                return onlyWay;
            }
            node.nextEvent = events.first();
        }
        if (node.isDead) {
            return null;
        }
        while (!events.isReturn(node.nextEvent)) {
            int event = node.nextEvent;
            node.nextEvent = events.next(event);
            Node<S> child = place(node, events.numberOf(event));
            if (child != null) {
                return child;
            }
        }
        // The call of the first return was among those, so it is still in the list, and this event is that return.
        while (node.nextOpen < events.openCalls() && events.isOpenBefore(node.nextOpen, node.nextEvent)) {
            Node<S> child = use(node, node.nextOpen++);
            if (child != null) {
                return child;
            }
        }
        return null;
    }

    /** Looks for a reading that can be placed without an alternative, and whether nothing can lead on from here. */
    private @Nullable Node<S> lookAround(Node<S> node) {
        for (int event = events.first(); !events.isReturn(event); event = events.next(event)) {
            int number = events.numberOf(event);
            Call<O, R> call = events.returned(number);
            R result = resultOf(call);
            S after = model.step(node.state, call.operation(), result);
            if (after == null) {
                node.isDead |= model.isTooLate(node.state, call.operation(), result);
            } else if (after.equals(node.state) && model.isReading(call.operation(), result)) {
                node.isDead = true;
                put(number);
                return new Node<>(node, number, false, after);
            }
        }
        return null;
    }

    private @Nullable Node<S> place(Node<S> node, int number) {
        Call<O, R> call = events.returned(number);
        S after = model.step(node.state, call.operation(), resultOf(call));
        if (after == null) {
            return null;
        }
        put(number);
        if (isReachedBefore(after)) {
            takeBack(number);
            return null;
        }
        return new Node<>(node, number, false, after);
    }

    private @Nullable Node<S> use(Node<S> node, int number) {
        if (used.get(number) || (twins[number] >= 0 && !used.get(twins[number]))) {
            return null;
        }
        S after = model.step(node.state, events.open(number).operation(), null);
        if (after == null || after.equals(node.state)) {
            return null;
        }
        used.set(number);
        if (isReachedBefore(after)) {
            used.clear(number);
            return null;
        }
        return new Node<>(node, number, true, after);
    }

    /** Takes back the call that was placed last; null if there is none. */
    private @Nullable Node<S> back(Node<S> node) {
        if (node.parent != null) {
            if (node.isUnknown) {
                used.clear(node.number);
            } else {
                takeBack(node.number);
            }
        }
        return node.parent;
    }

    private void put(int number) {
        placed.set(number);
        events.lift(number);
    }

    private void takeBack(int number) {
        events.unlift(number);
        placed.clear(number);
    }

    private boolean isReachedBefore(S state) {
        if (events.isEmpty()) {
            return false;
        }
        int firstMissing = events.numberOf(events.firstReturn());
        BitSet beyond = placed.get(firstMissing, Math.max(firstMissing, placed.length()));
        List<BitSet> uses =
                reached.computeIfAbsent(new Configuration<>(firstMissing, beyond, state), _ -> new ArrayList<>(1));
        for (BitSet fewer : uses) {
            if (isSubset(fewer, used)) {
                return true;
            }
        }
        uses.removeIf(more -> isSubset(used, more));
        uses.add((BitSet) used.clone());
        configurations++;
        return false;
    }

    private static boolean isSubset(BitSet part, BitSet whole) {
        for (int i = part.nextSetBit(0); i >= 0; i = part.nextSetBit(i + 1)) {
            if (!whole.get(i)) {
                return false;
            }
        }
        return true;
    }

    private static <O, R> R resultOf(Call<O, R> call) {
        if (call.outcome() instanceof Outcome.Returned<R>(R result, long _)) {
            return result;
        }
        throw new IllegalStateException("call " + call.id() + " has no result");
    }

    private List<Call<O, R>> order(Node<S> last) {
        List<Call<O, R>> order = new ArrayList<>();
        for (Node<S> node = last; node.parent != null; node = node.parent) {
            order.add(node.isUnknown ? events.open(node.number) : events.returned(node.number));
        }
        return order.reversed();
    }

    /** All calls have been taken back; those of the longest order are placed once more, to see what came after them. */
    private Ending<O, R> stuck(Node<S> farthest) {
        for (Node<S> node = farthest; node.parent != null; node = node.parent) {
            if (!node.isUnknown) {
                events.lift(node.number);
            }
        }
        List<Call<O, R>> next = new ArrayList<>();
        for (int event = events.first(); !events.isReturn(event); event = events.next(event)) {
            next.add(events.returned(events.numberOf(event)));
        }
        return new Ending.Stuck<>(order(farthest), next);
    }
}

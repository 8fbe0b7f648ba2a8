package io.ostraka.it.smallscope;

import java.util.EnumSet;
import java.util.Set;

/**
 * How far a search goes. Everything else is without bound.
 *
 * @param plans how often an administrator changes the plan: moves the shard, lets a group leave or join
 * @param exportIds how many imports a group can begin at one epoch
 * @param writes how many writes there are, 0 to 2
 * @param handOvers how many hand-overs there were before the search begins, to and fro between two groups
 * @param kinds what else may happen
 */
record Scope(int plans, int exportIds, int writes, int handOvers, Set<Kind> kinds) {

    /** What may happen in one search and not in another. */
    enum Kind {
        /** Groups leave and join again. */
        LEAVES,
        /** In each group, one leader that was deposed, or that lags, answers from any earlier state of its log. */
        OLD_VIEWS,
        /** Log time passes, in one long step a group, after which the first write is no longer remembered. */
        TIME,
        /**
         * A source also sends what it has while it serves, base and rounds, as the state machine takes it and the
         * agents of this version do not send it.
         */
        COPIES_WHILE_SERVING
    }

    /** Copies the set. */
    Scope {
        kinds = Set.copyOf(kinds);
    }

    /** From the birth of the shard, with groups that leave. */
    static Scope of(int plans, int exportIds, int writes) {
        return new Scope(plans, exportIds, writes, 0, Set.of(Kind.LEAVES));
    }

    /** From the birth of the shard, and the shard only moves. */
    static Scope ofMoves(int plans, int exportIds, int writes) {
        return new Scope(plans, exportIds, writes, 0, Set.of());
    }

    /** From what {@link #words} gave. */
    static Scope of(String[] words) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (int i = 5; i < words.length; i++) {
            kinds.add(Kind.valueOf(words[i]));
        }
        return new Scope(
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]),
                kinds);
    }

    /** How many states to look at, and the scope, in words that every class loader knows. */
    String[] words(int statesMax) {
        String[] words = new String[5 + kinds.size()];
        words[0] = String.valueOf(statesMax);
        words[1] = String.valueOf(plans);
        words[2] = String.valueOf(exportIds);
        words[3] = String.valueOf(writes);
        words[4] = String.valueOf(handOvers);
        int next = 5;
        for (Kind kind : kinds) {
            words[next++] = kind.name();
        }
        return words;
    }

    /** The same after so many hand-overs. */
    Scope after(int hands) {
        return new Scope(plans, exportIds, writes, hands, kinds);
    }

    /** The same, and this may happen, too. */
    Scope with(Kind kind) {
        Set<Kind> more = EnumSet.of(kind);
        more.addAll(kinds);
        return new Scope(plans, exportIds, writes, handOvers, more);
    }

    boolean has(Kind kind) {
        return kinds.contains(kind);
    }
}

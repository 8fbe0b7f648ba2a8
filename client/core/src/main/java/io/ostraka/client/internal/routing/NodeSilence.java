package io.ostraka.client.internal.routing;

import java.util.Map;
import java.util.TreeMap;

/** For how long each node has owed answers without giving any: to anybody, so that a slow answer is no silence. */
final class NodeSilence {

    private final Map<String, Debt> debts = new TreeMap<>();

    /** One more answer is due. */
    void asked(String node, long nowNanos) {
        Debt debt = debts.computeIfAbsent(node, ignored -> new Debt());
        if (debt.answersDue++ == 0) {
            debt.silentSinceNanos = nowNanos;
        }
    }

    /** The node gave this many answers. */
    void answered(String node, int answers, long nowNanos) {
        Debt debt = debts.get(node);
        if (debt != null) {
            debt.answersDue = Math.max(0, debt.answersDue - answers);
            debt.silentSinceNanos = nowNanos;
        }
    }

    /** Nothing is due from the node any more. */
    void forget(String node) {
        debts.remove(node);
    }

    /** Since when the node has been silent; {@link Long#MAX_VALUE}: it owes nothing. */
    long sinceNanos(String node) {
        Debt debt = debts.get(node);
        return debt == null || debt.answersDue == 0 ? Long.MAX_VALUE : debt.silentSinceNanos;
    }

    private static final class Debt {
        int answersDue;
        long silentSinceNanos;
    }
}

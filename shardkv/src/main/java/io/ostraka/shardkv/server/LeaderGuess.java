package io.ostraka.shardkv.server;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the leader of another group probably is: where it was last said to be, else one of its replicas after the
 * other. Shared by all that ask that group, so that what one finds out serves all.
 */
final class LeaderGuess {

    private final Supplier<List<String>> replicas;
    private String hinted = "";
    private String lastRefusal = "";
    private int next;

    /** @param replicas addresses of the group's replicas as the configuration has them now */
    LeaderGuess(Supplier<List<String>> replicas) {
        this.replicas = replicas;
    }

    /** The address to try, or null if the group has none. */
    @Nullable
    String address() {
        if (!hinted.isEmpty()) {
            return hinted;
        }
        List<String> known = replicas.get();
        return known.isEmpty() ? null : known.get(Math.floorMod(next, known.size()));
    }

    /**
     * Notes that {@code asked} was of no help; the next address is {@code hint}, where it says that the leader is, else
     * another replica's. Nothing changes if the guess has moved on since: several may have asked the same.
     */
    void turnFrom(String asked, String hint) {
        if (!asked.equals(address())) {
            return;
        }
        if (!hint.isEmpty() && !hint.equals(asked)) {
            hinted = hint;
            return;
        }
        hinted = "";
        List<String> known = replicas.get();
        // After the one that did not help, if it is one of them: to try that again would help nobody.
        next = known.contains(asked) ? known.indexOf(asked) + 1 : next + 1;
    }

    /** Whether a refusal is another one than the last, and so worth a line in the log. */
    boolean isNews(String refusal) {
        boolean news = !refusal.equals(lastRefusal);
        lastRefusal = refusal;
        return news;
    }
}

package io.ostraka.shardkv.server;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the leader of another group probably is: what it was last heard to be, else its replicas in turn. */
final class LeaderGuess {

    private final Supplier<List<String>> replicas;
    private String hinted = "";
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

    /** The address was of no help; {@code hint} is where it says that the leader is, if it does. */
    void failed(String hint) {
        if (hint.isEmpty() || hint.equals(address())) {
            hinted = "";
            next++;
        } else {
            hinted = hint;
        }
    }
}

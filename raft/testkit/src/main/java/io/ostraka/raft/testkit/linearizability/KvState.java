package io.ostraka.raft.testkit.linearizability;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a partition, and what is known of revisions. A write whose outcome is unknown has made a revision that
 * nobody was told, so a key's revision may be known only within limits, which narrow when somebody sees it. Immutable.
 *
 * @param registers the keys that are there
 * @param toldRevision the revision of the last write whose client was told it
 * @param nextRevision the least revision that the next write can make: at least one more for each write since
 */
public record KvState(Map<String, Register> registers, long toldRevision, long nextRevision) {

    /** No key is there. */
    static final KvState EMPTY = new KvState(Map.of(), 0, 1);

    /** Copies the map. */
    public KvState {
        registers = Map.copyOf(registers);
    }

    @Nullable
    Register get(String key) {
        return registers.get(key);
    }

    /** The same, in which somebody saw the revision of a key that is there; 0: did not. */
    KvState seen(String key, Register register, long revision) {
        Register known = register.at(revision);
        if (known.equals(register)) {
            return this;
        }
        Map<String, Register> after = new HashMap<>(registers);
        after.put(key, known);
        return new KvState(after, toldRevision, Math.max(nextRevision, revision + 1));
    }
}

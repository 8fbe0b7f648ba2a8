package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.KvOperation.Append;
import io.ostraka.raft.testkit.history.KvOperation.CompareAndSet;
import io.ostraka.raft.testkit.history.KvOperation.Delete;
import io.ostraka.raft.testkit.history.KvOperation.Put;
import io.ostraka.raft.testkit.history.KvOperation.Write;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A write, or the writes of a batch one after the other, on a state: all that it changes gets one revision, and later
 * writes of the batch see what earlier ones did. Used for one operation, by one thread.
 */
final class KvAttempt {

    /** What a key holds after the writes so far: a value, or nothing. The value itself may be one that nobody saw. */
    private sealed interface Staged {
        record Value(@Nullable String value) implements Staged {}

        record Nothing() implements Staged {}
    }

    private final KvState before;
    private final boolean isTold;
    private final Findings findings;
    private final Map<String, Staged> staged = new HashMap<>();
    /** The least and the highest revision that this can make. */
    private long least;

    private long most;

    /**
     * Nothing is written yet.
     *
     * @param told the revision that its client was told; 0: it was told none
     */
    KvAttempt(KvState before, long told, Findings findings) {
        this.before = before;
        this.findings = findings;
        this.isTold = told != 0;
        this.least = isTold ? told : before.nextRevision();
        this.most = isTold ? told : findings.mostBeforeNextTold(before);
    }

    /** Whether a key is there, after the writes so far. */
    boolean isThere(String key) {
        Staged changed = staged.get(key);
        return changed == null ? before.get(key) != null : changed instanceof Staged.Value;
    }

    /** Does one write; false if its condition does not hold, or cannot with the revision that the client was told. */
    boolean write(Write write) {
        return switch (write) {
            case Put(String key, String value) -> set(key, findings.orNull(key, value));
            case Append(String key, String value) -> set(key, findings.orNull(key, appended(key, value)));
            case Delete(String key) -> remove(key);
            case CompareAndSet(String key, long expected, String value) ->
                holds(key, expected) && (value == null ? remove(key) : set(key, findings.orNull(key, value)));
        };
    }

    /** Whether a condition can fail because of this revision (0: because there is nothing), after the writes so far. */
    boolean canFail(CompareAndSet write, long found) {
        return found != write.expectedRevision()
                && (found == 0 ? !isThere(write.key()) : isThere(write.key()) && admits(write.key(), found));
    }

    /** Whether nothing has been done to a key so far. */
    boolean isUntouched(String key) {
        return !staged.containsKey(key);
    }

    /** The state after all writes; null if the revision that the client was told cannot be this one's. */
    @Nullable
    KvState finish() {
        boolean isKnown = least == most;
        if (least < before.nextRevision() || least > most || (isKnown && !isAsFound(least))) {
            return null;
        }
        Map<String, Register> after = new HashMap<>();
        before.registers().forEach((key, register) -> {
            // All revisions before this one are lower.
            after.put(key, isKnown ? register.atMost(least - 1) : register);
        });
        staged.forEach((key, change) -> {
            switch (change) {
                case Staged.Value(String value) -> after.put(key, new Register(value, least, most));
                case Staged.Nothing() -> after.remove(key);
            }
        });
        return new KvState(after, isKnown ? least : before.toldRevision(), least + 1);
    }

    /** Whether this can be the write that made a revision, as far as what was found says. */
    private boolean isAsFound(long revision) {
        for (Map.Entry<String, String> found : findings.at(revision).entrySet()) {
            if (!(staged.get(found.getKey()) instanceof Staged.Value(String value))
                    || !found.getValue().equals(value)) {
                return false;
            }
        }
        return findings.isNextTold(before, revision) && findings.canHaveBeenMade(before, revision);
    }

    private boolean set(String key, @Nullable String value) {
        staged.put(key, new Staged.Value(value));
        return true;
    }

    private boolean remove(String key) {
        staged.put(key, new Staged.Nothing());
        return true;
    }

    /** What a key holds with something appended; null if that is a value that nobody saw. */
    private @Nullable String appended(String key, String end) {
        if (!isThere(key)) {
            return end;
        }
        Register register = before.get(key);
        String begin = register == null ? null : register.value();
        if (staged.get(key) instanceof Staged.Value(String value)) {
            begin = value;
        }
        return begin == null ? null : begin + end;
    }

    private boolean holds(String key, long expected) {
        if (expected == 0) {
            return !isThere(key);
        }
        if (!isThere(key) || !admits(key, expected)) {
            return false;
        }
        if (isUntouched(key)) {
            // The expected revision was made before this one.
            least = isTold ? least : Math.max(least, expected + 1);
            return expected < most;
        }
        least = expected;
        most = expected;
        return true;
    }

    private boolean admits(String key, long revision) {
        Register register = before.get(key);
        return isUntouched(key) ? register != null && register.admits(revision) : least <= revision && revision <= most;
    }
}

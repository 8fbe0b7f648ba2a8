package io.ostraka.server.load;

import java.util.ArrayList;
import java.util.List;

/**
 * What one writer appended to one key, and what of it was acknowledged; decides whether what is read back is right:
 * every acknowledged line exactly once and in order, lines of unknown outcome at most once and in their place, nothing
 * else. Not thread-safe.
 */
public final class LineLedger {

    private enum Outcome {
        ACKNOWLEDGED,
        UNKNOWN,
        NOT_APPLIED
    }

    private final String key;
    private final List<Outcome> outcomes = new ArrayList<>();

    /** An empty ledger for a key. */
    public LineLedger(String key) {
        this.key = key;
    }

    /** The key. */
    public String key() {
        return key;
    }

    /** The next line to append; its outcome must be recorded before the next one is asked for. */
    public String nextLine() {
        return line(outcomes.size());
    }

    /** The last line was acknowledged. */
    public void acknowledged() {
        outcomes.add(Outcome.ACKNOWLEDGED);
    }

    /** Nobody knows what became of the last line. */
    public void unknown() {
        outcomes.add(Outcome.UNKNOWN);
    }

    /** The last line was refused for good. */
    public void notApplied() {
        outcomes.add(Outcome.NOT_APPLIED);
    }

    /** How many lines were acknowledged. */
    public long acknowledgedLines() {
        return outcomes.stream().filter(Outcome.ACKNOWLEDGED::equals).count();
    }

    /** Compares what is stored under the key with the ledger; returns what is wrong, or nothing. */
    public List<String> check(String stored) {
        List<String> wrong = new ArrayList<>();
        int at = 0;
        for (int number = 0; number < outcomes.size(); number++) {
            String expected = line(number);
            boolean here = stored.startsWith(expected, at);
            switch (outcomes.get(number)) {
                case ACKNOWLEDGED -> {
                    if (!here) {
                        wrong.add(key + ": acknowledged line " + number + " is " + whereabouts(stored, expected, at));
                        return wrong;
                    }
                }
                case NOT_APPLIED -> {
                    if (here) {
                        wrong.add(key + ": line " + number + " was reported as not applied, and is there");
                    }
                }
                case UNKNOWN -> {
                    // Either is right; it must only not be somewhere else, which the following lines show.
                }
            }
            if (here) {
                at += expected.length();
            }
        }
        if (at != stored.length()) {
            wrong.add(key + ": something follows that was never written there: '"
                    + stored.substring(at, Math.min(stored.length(), at + 40)).strip() + "'");
        }
        return wrong;
    }

    private String whereabouts(String stored, String expected, int at) {
        if (stored.indexOf(expected, at) >= 0) {
            return "out of order";
        }
        return stored.contains(expected) ? "out of order or doubled" : "missing";
    }

    private String line(int number) {
        return key + " line " + number + "\n";
    }
}

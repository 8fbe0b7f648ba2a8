package io.ostraka.shardkv.session;

import io.ostraka.shardkv.command.SessionId;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Remembers everything for ever: what a table must never contradict. */
final class NaiveSessions {

    /** One write of one session. */
    record Write(SessionId session, long number) implements Comparable<Write> {
        @Override
        public int compareTo(Write other) {
            int bySession = session.compareTo(other.session);
            return bySession != 0 ? bySession : Long.compare(number, other.number);
        }
    }

    private final TreeMap<Write, WriteOutcome> ran = new TreeMap<>();
    private final Set<Write> cancelled = new HashSet<>();

    /** A write runs; false if it ran before, or was said never to run. */
    boolean run(SessionId session, long number, WriteOutcome outcome) {
        Write write = new Write(session, number);
        if (outcome.kind() == WriteOutcome.Kind.CANCELLED) {
            cancelled.add(write);
            return !ran.containsKey(write);
        }
        return !cancelled.contains(write) && ran.put(write, outcome) == null;
    }

    /** What became of a write; null: it never ran. */
    @Nullable
    WriteOutcome outcome(SessionId session, long number) {
        return ran.get(new Write(session, number));
    }
}

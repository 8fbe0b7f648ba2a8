package io.ostraka.shardkv.session;

import io.ostraka.proto.Limits;
import io.ostraka.shardkv.command.SessionId;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The sessions of one shard: makes every write run at most once (DESIGN section 6).
 *
 * <p>A write is known by its session and number. While it may still be repeated, either its row is kept, or it is below
 * the number under which its session is done, whose head stands for the latest T0 of all rows that it replaced. What is
 * kept may be forgotten once the predicate {@code T0 < now - ttl or T0 <= floor} holds for its T0; the same predicate
 * refuses writes, and retries repeat their T0, so what was forgotten can never run again. The rows below the done
 * number stay in the store until their slot is used again or the session goes, and are no part of the table.
 *
 * <p>The table forgets whole sessions, by their latest T0: late, never early. Everything here is a function of the rows
 * in the store and of what is applied; memory only speeds it up. Not thread-safe: one apply thread.
 */
public final class SessionTable {

    /** Sessions forgotten per write at most, so that no write pays for all that expired at once. */
    private static final int FORGOTTEN_PER_WRITE = 4;

    private static final class Session implements Comparable<Session> {
        final SessionId id;
        long doneBelow;
        long doneT0Millis;
        long latestT0Millis;
        final TreeMap<Long, SessionRow> undone = new TreeMap<>();
        final BitSet slots = new BitSet();

        Session(SessionId id) {
            this.id = id;
        }

        @Override
        public int compareTo(Session other) {
            int byAge = Long.compare(latestT0Millis, other.latestT0Millis);
            return byAge != 0 ? byAge : id.compareTo(other.id);
        }
    }

    private final SessionOptions options;
    private final SessionRows rows;
    private final Map<SessionId, Session> sessions = new HashMap<>();
    private final TreeSet<Session> byAge = new TreeSet<>();
    private long floorMillis;
    private int records;

    /** An empty table that writes its rows to {@code rows}. */
    public SessionTable(SessionOptions options, SessionRows rows) {
        this.options = options;
        this.rows = rows;
    }

    /** Every T0 up to here is refused. */
    public long floorMillis() {
        return floorMillis;
    }

    /** How many sessions are kept. */
    public int sessions() {
        return sessions.size();
    }

    /** What counts against the limit: sessions and rows that are not done. */
    public int records() {
        return records;
    }

    /** Sets the floor of a table that is loaded from its rows. */
    public void restoreFloor(long millis) {
        floorMillis = millis;
    }

    /** Takes a head from the store; all heads come before the first row. */
    public void restoreHead(SessionId id, SessionHead head) {
        Session session = open(id);
        session.doneBelow = head.doneBelow();
        session.doneT0Millis = head.t0Millis();
        age(session, head.t0Millis());
    }

    /** Takes a row from the store. */
    public void restoreRow(SessionId id, int slot, SessionRow row) {
        Session session = open(id);
        session.slots.set(slot);
        if (row.number() >= session.doneBelow && session.undone.put(row.number(), row) == null) {
            records++;
        }
        age(session, row.t0Millis());
    }

    /**
     * Says whether a write may run, and makes room for its record if so. After {@link Admission.Run} the caller calls
     * {@link #record} with the same arguments.
     *
     * @param ask whether this asks what became of the number, rather than writes
     * @param nowMillis shard time
     */
    public Admission admit(
            SessionId id, long number, long lowestUnanswered, long t0Millis, boolean ask, long nowMillis) {
        if (t0Millis <= 0 || t0Millis > nowMillis + options.t0AheadMillisMax()) {
            return refuse(Admission.Reason.TIME_NEEDED);
        }
        if (isForgettable(t0Millis, nowMillis)) {
            return refuse(Admission.Reason.SESSION_EXPIRED);
        }
        long lowest = ask ? Math.min(lowestUnanswered, number) : lowestUnanswered;
        if (number < 1 || lowest > number || number - Math.max(lowest, 0) >= Limits.SESSION_WINDOW) {
            return refuse(Admission.Reason.INVALID);
        }
        Session session = sessions.get(id);
        if (session != null) {
            if (number < session.doneBelow) {
                return refuse(Admission.Reason.NO_LONGER_KNOWN);
            }
            SessionRow known = session.undone.get(number);
            if (known != null) {
                return new Admission.Decided(known.outcome());
            }
        }
        return makeRoom(id, t0Millis, nowMillis) ? Admission.Run.INSTANCE : refuse(Admission.Reason.OVERLOADED);
    }

    /**
     * Keeps what became of a write that was admitted.
     *
     * @param revision the shard's revision that the write made
     */
    public void record(
            SessionId id, long number, long lowestUnanswered, long t0Millis, long revision, WriteOutcome outcome) {
        boolean newHead = !sessions.containsKey(id);
        Session session = open(id);
        int slot = slotOf(number);
        SessionRow row = new SessionRow(revision, number, t0Millis, outcome);
        session.undone.put(number, row);
        records++;
        session.slots.set(slot);
        rows.putRow(id, slot, row);
        age(session, t0Millis);
        if (finish(session, Math.min(lowestUnanswered, number)) || newHead) {
            rows.putHead(id, new SessionHead(revision, session.doneBelow, session.doneT0Millis));
        }
    }

    private Session open(SessionId id) {
        Session session = sessions.get(id);
        if (session == null) {
            session = new Session(id);
            sessions.put(id, session);
            byAge.add(session);
            records++;
        }
        return session;
    }

    /** Puts the rows below {@code lowest} out of the table, leaving their latest T0 with the head. */
    private boolean finish(Session session, long lowest) {
        if (lowest <= session.doneBelow) {
            return false;
        }
        session.doneBelow = lowest;
        Map.Entry<Long, SessionRow> first = session.undone.firstEntry();
        while (first != null && first.getKey() < lowest) {
            session.undone.pollFirstEntry();
            records--;
            session.doneT0Millis =
                    Math.max(session.doneT0Millis, first.getValue().t0Millis());
            first = session.undone.firstEntry();
        }
        return true;
    }

    /** Forgets what may be forgotten, and if that is not enough the oldest, raising the floor over it. */
    private boolean makeRoom(SessionId writer, long t0Millis, long nowMillis) {
        for (int i = 0; i < FORGOTTEN_PER_WRITE && !byAge.isEmpty(); i++) {
            Session oldest = byAge.first();
            if (!isForgettable(oldest.latestT0Millis, nowMillis)) {
                break;
            }
            forget(oldest);
        }
        while (records + (sessions.containsKey(writer) ? 1 : 2) > options.recordsMax()) {
            Session oldest = byAge.isEmpty() ? null : byAge.first();
            // The floor must pass neither its lag nor the write itself: refusing the write is always safe.
            if (oldest == null
                    || oldest.latestT0Millis > nowMillis - options.floorLagMillis()
                    || oldest.latestT0Millis >= t0Millis) {
                return false;
            }
            floorMillis = Math.max(floorMillis, oldest.latestT0Millis);
            forget(oldest);
        }
        return true;
    }

    private void forget(Session session) {
        byAge.remove(session);
        sessions.remove(session.id);
        records -= 1 + session.undone.size();
        rows.deleteHead(session.id);
        for (int slot = session.slots.nextSetBit(0); slot >= 0; slot = session.slots.nextSetBit(slot + 1)) {
            rows.deleteRow(session.id, slot);
        }
    }

    private void age(Session session, long t0Millis) {
        if (t0Millis > session.latestT0Millis) {
            byAge.remove(session);
            session.latestT0Millis = t0Millis;
            byAge.add(session);
        }
    }

    private boolean isForgettable(long t0Millis, long nowMillis) {
        return t0Millis < nowMillis - options.ttlMillis() || t0Millis <= floorMillis;
    }

    private static int slotOf(long number) {
        return (int) (number % Limits.SESSION_WINDOW);
    }

    private static Admission refuse(Admission.Reason reason) {
        return new Admission.Refused(reason);
    }
}

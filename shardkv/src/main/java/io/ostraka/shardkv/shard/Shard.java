package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.session.SessionHead;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.session.SessionRow;
import io.ostraka.shardkv.session.SessionRows;
import io.ostraka.shardkv.session.SessionTable;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One shard in memory: its state, and what would be slow to look up in the store. Everything here is in the store, too,
 * once the batch that changed it is written. Not thread-safe: one apply thread.
 */
final class Shard {

    private static final int REVISION_GAP_BITS = 32;

    /** Most ids that are remembered at a time; each takes a change of the plan at one epoch. */
    static final int CANCELLED_MAX = 1_024;

    private final int number;
    private final StoreKeys keys;
    private final PendingWrites pending;
    private final SessionOptions sessionOptions;
    private final ShardCounters counters = new ShardCounters();
    /** Cancelled ids with the epoch at which they were to be exported. */
    private final TreeMap<ExportId, Long> cancelled = new TreeMap<>();

    private ShardState state = ShardState.Absent.NEVER_HELD;
    private long revision;
    private long timeOffsetMillis;
    private long nextExpiryMillis = Long.MAX_VALUE;
    private @Nullable ExportName arrivedBy;
    private SessionTable sessions;

    Shard(int number, StoreKeys keys, PendingWrites pending, SessionOptions sessionOptions) {
        this.number = number;
        this.keys = keys;
        this.pending = pending;
        this.sessionOptions = sessionOptions;
        this.sessions = newSessions();
    }

    int number() {
        return number;
    }

    ShardState state() {
        return state;
    }

    long revision() {
        return revision;
    }

    SessionTable sessions() {
        return sessions;
    }

    ShardCounters counters() {
        return counters;
    }

    long nextExpiryMillis() {
        return nextExpiryMillis;
    }

    long timeMillis(long logTimeMillis) {
        return logTimeMillis + timeOffsetMillis;
    }

    /** Takes the next revision, for a write that is recorded. */
    long nextRevision() {
        return ++revision;
    }

    void expiresAt(long millis) {
        nextExpiryMillis = Math.min(nextExpiryMillis, millis);
    }

    void nextExpiry(long millis) {
        nextExpiryMillis = millis;
    }

    boolean isCancelled(ExportId id) {
        return cancelled.containsKey(id);
    }

    /** Whether no other id than those that are remembered can be. */
    boolean isFullFor(ExportId id) {
        return cancelled.size() >= CANCELLED_MAX && !cancelled.containsKey(id);
    }

    /** Keeps the id from ever beginning or freezing, as long as the epoch named may be served. */
    void rememberCancelled(ExportName name) {
        if (name.epoch() >= state.lowestEpochToServe() && cancelled.put(name.exportId(), name.epoch()) == null) {
            pending.put(keys.cancelled(number, name.exportId()), Rows.revision(name.epoch()));
        }
    }

    void restoreCancelled(ExportId id, long epoch) {
        cancelled.put(id, epoch);
    }

    /** Enters a state that the transition table gave. */
    void enter(Transition.To transition) {
        state = transition.next();
        if (transition.clears()) {
            pending.deleteRange(keys.shardFrom(number), keys.shardTo(number));
            revision = 0;
            timeOffsetMillis = 0;
            nextExpiryMillis = Long.MAX_VALUE;
            arrivedBy = null;
            counters.clear();
            sessions = newSessions();
        }
        long lowest = state.lowestEpochToServe();
        for (Iterator<Map.Entry<ExportId, Long>> each = cancelled.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<ExportId, Long> remembered = each.next();
            if (remembered.getValue() < lowest) {
                pending.delete(keys.cancelled(number, remembered.getKey()));
                each.remove();
            }
        }
    }

    /** Continues where the source stopped. */
    void arrive(ExportName name, long revisionAtFreeze, long offsetMillis, long floorMillis) {
        arrivedBy = name;
        revision = revisionAtFreeze;
        timeOffsetMillis = offsetMillis;
        sessions.restoreFloor(floorMillis);
    }

    /** Goes on with a frozen copy, from the time at which it was frozen. */
    void thaw(long offsetMillis) {
        arrivedBy = null;
        timeOffsetMillis = offsetMillis;
    }

    /**
     * Goes on with revisions that no group can have given out before the shard was lost: a compare-and-set with one of
     * those must not match. Nobody writes four thousand million times at one epoch.
     */
    void skipRevisions(long epoch) {
        revision = Math.max(epoch << REVISION_GAP_BITS, revision + (1L << REVISION_GAP_BITS));
    }

    /** Replaces the sessions' table by an empty one, to be filled from the store. */
    SessionTable resetSessions(long floorMillis) {
        sessions = newSessions();
        sessions.restoreFloor(floorMillis);
        return sessions;
    }

    ShardView view() {
        return new ShardView(
                number,
                state,
                revision,
                timeOffsetMillis,
                sessions.floorMillis(),
                new ShardView.ShardSize(counters.keys(), counters.bytes(), counters.isExact(), sessions.records()),
                nextExpiryMillis,
                arrivedBy);
    }

    Bytes encode() {
        return counters.encode(Rows.optionalName(
                        Rows.state(Rows.formatted(128), state)
                                .number(revision)
                                .number(timeOffsetMillis)
                                .number(nextExpiryMillis)
                                .number(sessions.floorMillis()),
                        arrivedBy))
                .finish();
    }

    /** Takes what {@link #encode} gave; the sessions' rows and cancelled ids follow. */
    void decode(Bytes row) {
        Rows.decode("shard state", row, d -> {
            Rows.format(d);
            state = Rows.state(d);
            revision = d.number();
            timeOffsetMillis = d.number();
            nextExpiryMillis = d.number();
            sessions.restoreFloor(d.number());
            arrivedBy = d.flag() ? d.name() : null;
            counters.decode(d);
            return this;
        });
    }

    private SessionTable newSessions() {
        return new SessionTable(sessionOptions, new StoredRows());
    }

    @Override
    public String toString() {
        return "shard " + number + " " + state;
    }

    private final class StoredRows implements SessionRows {

        @Override
        public void putHead(SessionId session, SessionHead head) {
            pending.put(keys.item(number, StoreKeys.sessionHeadItem(session)), Rows.head(head));
        }

        @Override
        public void putRow(SessionId session, int slot, SessionRow row) {
            pending.put(keys.item(number, StoreKeys.sessionRowItem(session, slot)), Rows.sessionRow(row));
        }

        @Override
        public void deleteHead(SessionId session) {
            pending.delete(keys.item(number, StoreKeys.sessionHeadItem(session)));
        }

        @Override
        public void deleteRow(SessionId session, int slot) {
            pending.delete(keys.item(number, StoreKeys.sessionRowItem(session, slot)));
        }
    }
}

package io.ostraka.shardkv.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.shardkv.command.SessionId;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DESIGN section 6, rule by rule; then random writes against a model that forgets nothing. */
class SessionTableTest {

    private static final SessionOptions OPTIONS = new SessionOptions(1_000_000, 8, 10_000, 60_000);
    private static final SessionId ONE = new SessionId(0, 1);
    private static final long NOW = 5_000_000;

    /** The rows as a store would keep them. */
    private static final class Stored implements SessionRows {

        private final TreeMap<SessionId, SessionHead> heads = new TreeMap<>();
        private final TreeMap<SessionId, TreeMap<Integer, SessionRow>> rows = new TreeMap<>();

        @Override
        public void putHead(SessionId session, SessionHead head) {
            heads.put(session, head);
        }

        @Override
        public void putRow(SessionId session, int slot, SessionRow row) {
            rows.computeIfAbsent(session, id -> new TreeMap<>()).put(slot, row);
        }

        @Override
        public void deleteHead(SessionId session) {
            heads.remove(session);
        }

        @Override
        public void deleteRow(SessionId session, int slot) {
            TreeMap<Integer, SessionRow> slots = rows.get(session);
            if (slots != null && slots.remove(slot) != null && slots.isEmpty()) {
                rows.remove(session);
            }
        }

        SessionTable load(SessionOptions options, long floorMillis) {
            SessionTable table = new SessionTable(options, this);
            table.restoreFloor(floorMillis);
            heads.forEach(table::restoreHead);
            for (Map.Entry<SessionId, TreeMap<Integer, SessionRow>> session : rows.entrySet()) {
                session.getValue().forEach((slot, row) -> table.restoreRow(session.getKey(), slot, row));
            }
            return table;
        }
    }

    private final Stored stored = new Stored();
    private final SessionTable table = new SessionTable(OPTIONS, stored);
    private long revision;

    private Admission write(SessionId session, long number, long lowest, long t0Millis, long nowMillis) {
        Admission admission = table.admit(session, number, lowest, t0Millis, false, nowMillis);
        if (admission instanceof Admission.Run) {
            revision++;
            table.record(
                    session, number, lowest, t0Millis, revision, new WriteOutcome(WriteOutcome.Kind.WRITTEN, revision));
        }
        return admission;
    }

    private static Admission refused(Admission.Reason reason) {
        return new Admission.Refused(reason);
    }

    private static SessionId session(long id) {
        return new SessionId(1, id);
    }

    @Test
    void repeatedWriteGetsTheOutcomeThatItHad() {
        write(ONE, 1, 1, NOW, NOW);

        assertThat(write(ONE, 1, 1, NOW, NOW + 5))
                .isEqualTo(new Admission.Decided(new WriteOutcome(WriteOutcome.Kind.WRITTEN, 1)));
    }

    @Test
    void writesOfOneSessionMayComeInAnyOrder() {
        assertThat(write(ONE, 7, 3, NOW, NOW)).isInstanceOf(Admission.Run.class);
        assertThat(write(ONE, 3, 3, NOW, NOW)).isInstanceOf(Admission.Run.class);
        assertThat(write(ONE, 7, 3, NOW, NOW)).isInstanceOf(Admission.Decided.class);
    }

    @Test
    void whatTheSessionSaysIsAnsweredNeverRunsAgain() {
        write(ONE, 1, 1, NOW, NOW);
        write(ONE, 2, 2, NOW, NOW);

        assertThat(write(ONE, 1, 1, NOW, NOW)).isEqualTo(refused(Admission.Reason.NO_LONGER_KNOWN));
    }

    @Test
    void answeredWritesAreRememberedByTheLatestT0OfThem() {
        write(ONE, 1, 1, NOW + 50_000, NOW);
        write(ONE, 2, 2, NOW, NOW);
        SessionTable loaded = stored.load(OPTIONS, 0);

        // The head stands for the T0 of the first write: as long as that may be repeated, it must not run.
        assertThat(loaded.admit(ONE, 1, 1, NOW + 50_000, false, NOW + 1_020_000))
                .isEqualTo(refused(Admission.Reason.NO_LONGER_KNOWN));
    }

    @Test
    void recordIsForgottenByThePredicateOnItsOwnT0_andTheRetryIsRefusedByTheSame() {
        write(ONE, 1, 1, NOW, NOW);

        assertThat(write(ONE, 1, 1, NOW, NOW + 1_000_000)).isInstanceOf(Admission.Decided.class);
        assertThat(write(ONE, 1, 1, NOW, NOW + 1_000_001)).isEqualTo(refused(Admission.Reason.SESSION_EXPIRED));
        write(session(2), 1, 1, NOW + 1_000_001, NOW + 1_000_001);
        assertThat(table.sessions()).isEqualTo(1);
        assertThat(stored.heads).containsOnlyKeys(session(2));
        assertThat(stored.rows).containsOnlyKeys(session(2));
        assertThat(write(ONE, 1, 1, NOW, NOW + 1_000_001)).isEqualTo(refused(Admission.Reason.SESSION_EXPIRED));
    }

    @Test
    void t0AheadIsRefusedNotClamped() {
        assertThat(write(ONE, 1, 1, NOW + 60_001, NOW)).isEqualTo(refused(Admission.Reason.TIME_NEEDED));
        assertThat(write(ONE, 1, 1, NOW + 60_000, NOW)).isInstanceOf(Admission.Run.class);
        assertThat(write(ONE, 2, 2, 0, NOW)).isEqualTo(refused(Admission.Reason.TIME_NEEDED));
    }

    @Test
    void fullTableForgetsItsOldestAndRaisesTheFloor() {
        for (int i = 1; i <= 4; i++) {
            write(session(i), 1, 1, NOW + i, NOW + i);
        }
        long later = NOW + 20_000;

        assertThat(write(session(5), 1, 1, later, later)).isInstanceOf(Admission.Run.class);
        assertThat(table.floorMillis()).isEqualTo(NOW + 1);
        assertThat(write(session(1), 1, 1, NOW + 1, later)).isEqualTo(refused(Admission.Reason.SESSION_EXPIRED));
        assertThat(write(session(2), 1, 1, NOW + 2, later)).isInstanceOf(Admission.Decided.class);
    }

    @Test
    void tableFullOfYoungSessionsIsOverloaded() {
        for (int i = 1; i <= 4; i++) {
            write(session(i), 1, 1, NOW + i, NOW + i);
        }

        assertThat(write(session(5), 1, 1, NOW + 10_000, NOW + 10_000)).isEqualTo(refused(Admission.Reason.OVERLOADED));
        assertThat(table.floorMillis()).isZero();
        assertThat(write(session(5), 1, 1, NOW + 10_000, NOW + 10_001)).isInstanceOf(Admission.Run.class);
    }

    @Test
    void floorNeverPassesTheWriteItself() {
        for (int i = 1; i <= 4; i++) {
            write(session(i), 1, 1, NOW + i, NOW + i);
        }

        assertThat(write(session(5), 1, 1, NOW + 1, NOW + 50_000)).isEqualTo(refused(Admission.Reason.OVERLOADED));
    }

    @Test
    void askRecordsThatTheWriteNeverRuns() {
        assertThat(table.admit(ONE, 4, 9, NOW, true, NOW)).isInstanceOf(Admission.Run.class);
        table.record(ONE, 4, 9, NOW, 1, new WriteOutcome(WriteOutcome.Kind.CANCELLED, 1));

        assertThat(write(ONE, 4, 4, NOW, NOW))
                .isEqualTo(new Admission.Decided(new WriteOutcome(WriteOutcome.Kind.CANCELLED, 1)));
        write(ONE, 5, 5, NOW, NOW);
        assertThat(table.admit(ONE, 4, 4, NOW, true, NOW)).isEqualTo(refused(Admission.Reason.NO_LONGER_KNOWN));
    }

    @Test
    void numbersThatContradictEachOtherAreInvalid() {
        assertThat(write(ONE, 0, 0, NOW, NOW)).isEqualTo(refused(Admission.Reason.INVALID));
        assertThat(write(ONE, 3, 4, NOW, NOW)).isEqualTo(refused(Admission.Reason.INVALID));
        assertThat(write(ONE, 1_100, 76, NOW, NOW)).isEqualTo(refused(Admission.Reason.INVALID));
        assertThat(write(ONE, 1_100, 77, NOW, NOW)).isInstanceOf(Admission.Run.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void randomWritesRunAtMostOnceAndALoadedTableAnswersTheSame(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SessionOptions options = new SessionOptions(
                random.nextLong(1_000, 60_000), random.nextInt(6, 40), random.nextLong(100, 5_000), 500);
        Stored rows = new Stored();
        SessionTable live = new SessionTable(options, rows);
        NaiveSessions model = new NaiveSessions();
        TreeMap<NaiveSessions.Write, Long> t0s = new TreeMap<>();
        long now = 100_000;
        for (int step = 1; step <= 4_000; step++) {
            now += random.nextInt(10) == 0 ? random.nextLong(400) : random.nextLong(5);
            SessionId session = session(random.nextInt(12));
            long base = (now - 100_000) / 50 + 1;
            long number = base + random.nextInt(20);
            long lowest = Math.max(1, number - random.nextInt(30));
            long sent = now - 300 + random.nextInt(600);
            // Retries repeat the T0 of the first attempt.
            long t0 = t0s.computeIfAbsent(new NaiveSessions.Write(session, number), write -> sent);
            boolean ask = random.nextInt(10) == 0;
            SessionTable loaded = rows.load(options, live.floorMillis());
            assertThat(loaded.records()).isEqualTo(live.records());

            Admission admission = live.admit(session, number, lowest, t0, ask, now);

            WriteOutcome.Kind kind = ask ? WriteOutcome.Kind.CANCELLED : WriteOutcome.Kind.WRITTEN;
            WriteOutcome outcome = new WriteOutcome(kind, step);
            switch (admission) {
                case Admission.Run ignored -> {
                    assertThat(model.run(session, number, outcome))
                            .as("seed %d step %d: %s %d runs twice", seed, step, session, number)
                            .isTrue();
                    live.record(session, number, lowest, t0, step, outcome);
                }
                case Admission.Decided decided -> {
                    WriteOutcome first = model.outcome(session, number);
                    if (first != null) {
                        assertThat(decided.outcome()).isEqualTo(first);
                    } else {
                        assertThat(decided.outcome().kind()).isEqualTo(WriteOutcome.Kind.CANCELLED);
                    }
                }
                case Admission.Refused ignored -> {}
            }
            assertThat(live.records()).isLessThanOrEqualTo(options.recordsMax());
        }
    }
}

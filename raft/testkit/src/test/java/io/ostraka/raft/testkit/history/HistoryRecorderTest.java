package io.ostraka.raft.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvOperation.Put;
import io.ostraka.raft.testkit.history.KvResult.Absent;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.Found;
import io.ostraka.raft.testkit.linearizability.Bound;
import io.ostraka.raft.testkit.linearizability.LinearizabilityChecker;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a recorder takes down. */
final class HistoryRecorderTest {

    @Test
    void eventsKeepTheirOrderAlsoWhereTheClockStandsStill() {
        HistoryRecorder<KvOperation, KvResult> recorder = new HistoryRecorder<>(() -> 7);

        HistoryRecorder<KvOperation, KvResult>.Open put = recorder.called("a", new Put("x", "1"));
        put.returned(new Applied(1));
        HistoryRecorder<KvOperation, KvResult>.Open get = recorder.called("b", new Get("x"));
        get.returned(new Absent());

        assertThat(recorder.calls())
                .containsExactly(
                        new Call<>(put.id(), "a", new Put("x", "1"), 7, new Outcome.Returned<>(new Applied(1), 8)),
                        new Call<>(get.id(), "b", new Get("x"), 9, new Outcome.Returned<>(new Absent(), 10)));
        assertThat(LinearizabilityChecker.ofKeysAndValues(Bound.DEFAULT)
                        .check(recorder.calls())
                        .isLinearizable())
                .as("that the second came after the first")
                .isFalse();
    }

    @Test
    void callThatHasNotEndedIsUnknownUntilItDoes() {
        HistoryRecorder<KvOperation, KvResult> recorder = new HistoryRecorder<>(() -> 0);
        HistoryRecorder<KvOperation, KvResult>.Open put = recorder.called("a", new Put("x", "1"));

        assertThat(recorder.calls()).singleElement().extracting(Call::outcome).isEqualTo(new Outcome.Unknown<>());
        put.notApplied();
        assertThat(recorder.calls()).singleElement().extracting(Call::outcome).isEqualTo(new Outcome.NotApplied<>());
    }

    @Test
    void callEndsOnce() {
        HistoryRecorder<KvOperation, KvResult> recorder = new HistoryRecorder<>(() -> 0);
        HistoryRecorder<KvOperation, KvResult>.Open put = recorder.called("a", new Put("x", "1"));
        put.unknown();

        assertThatThrownBy(() -> put.returned(new Applied(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended before: unknown");
    }

    @Test
    void manyThreadsRecordOneHistory() throws Exception {
        HistoryRecorder<KvOperation, KvResult> recorder = new HistoryRecorder<>(System::nanoTime);
        AtomicReference<String> register = new AtomicReference<>("");
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> clients = IntStream.range(0, 4)
                    .<Future<?>>mapToObj(client -> threads.submit(() -> useRegister(recorder, register, client)))
                    .toList();
            for (Future<?> client : clients) {
                client.get();
            }
        }

        List<Call<KvOperation, KvResult>> calls = recorder.calls();
        Set<Long> times = new HashSet<>();
        for (Call<KvOperation, KvResult> call : calls) {
            assertThat(times.add(call.calledNanos())).isTrue();
            assertThat(call.outcome())
                    .isInstanceOfSatisfying(
                            Outcome.Returned.class,
                            returned ->
                                    assertThat(times.add(returned.atNanos())).isTrue());
        }
        assertThat(calls).hasSize(2_000);
        assertThat(LinearizabilityChecker.ofKeysAndValues(Bound.DEFAULT)
                        .check(calls)
                        .isLinearizable())
                .isTrue();
    }

    private static void useRegister(
            HistoryRecorder<KvOperation, KvResult> recorder, AtomicReference<String> register, int client) {
        for (int i = 0; i < 250; i++) {
            String value = client + "." + i;
            HistoryRecorder<KvOperation, KvResult>.Open put = recorder.called("c" + client, new Put("x", value));
            register.set(value);
            put.returned(new Applied(0));
            HistoryRecorder<KvOperation, KvResult>.Open get = recorder.called("c" + client, new Get("x"));
            get.returned(new Found(register.get(), 0));
        }
    }
}

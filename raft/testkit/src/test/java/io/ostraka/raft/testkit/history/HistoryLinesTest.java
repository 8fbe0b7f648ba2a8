package io.ostraka.raft.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.testkit.history.KvOperation.Append;
import io.ostraka.raft.testkit.history.KvOperation.Batch;
import io.ostraka.raft.testkit.history.KvOperation.CompareAndSet;
import io.ostraka.raft.testkit.history.KvOperation.Delete;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvOperation.Put;
import io.ostraka.raft.testkit.history.KvResult.Absent;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.ConditionFailed;
import io.ostraka.raft.testkit.history.KvResult.Deleted;
import io.ostraka.raft.testkit.history.KvResult.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A history as text. */
final class HistoryLinesTest {

    private static final List<Call<KvOperation, KvResult>> EVERY_KIND = List.of(
            call(1, new Put("x", ""), new Outcome.Returned<>(new Applied(3), 20)),
            call(2, new Append("x", "é\u0000\n\"\\\u2028\ud83d\ude00\ud800"), new Outcome.Unknown<>()),
            call(3, new Delete("x y"), new Outcome.Returned<>(new Deleted(true, 0), 30)),
            call(4, new CompareAndSet("x", 3, null), new Outcome.Returned<>(new ConditionFailed(0), 40)),
            call(5, new CompareAndSet("x", 0, "new"), new Outcome.NotApplied<>()),
            call(6, new Get("x"), new Outcome.Returned<>(new Found("value", Long.MAX_VALUE), Long.MAX_VALUE)),
            call(7, new Get("x"), new Outcome.Returned<>(new Absent(), 10)),
            call(
                    8,
                    new Batch(List.of(new Put("x", "1"), new CompareAndSet("y", 2, "3"), new Delete("z"))),
                    new Outcome.Returned<>(new Applied(0), 50)));

    @TempDir
    private Path directory;

    private static Call<KvOperation, KvResult> call(int id, KvOperation operation, Outcome<KvResult> outcome) {
        return new Call<>(id, "client-" + id, operation, 10, outcome);
    }

    @Test
    void everyKindOfCallComesBackFromAFileAsItWas() throws IOException {
        Path file = directory.resolve("history.jsonl");

        HistoryLines.write(file, EVERY_KIND);

        assertThat(HistoryLines.read(file)).isEqualTo(EVERY_KIND);
        assertThat(Files.readAllLines(file)).hasSize(EVERY_KIND.size());
    }

    @Test
    void lineIsWhatTheDocumentationSays() {
        assertThat(HistoryLines.encode(EVERY_KIND.getFirst()))
                .isEqualTo("{\"id\":1,\"process\":\"client-1\",\"called\":10,\"returned\":20,"
                        + "\"op\":{\"kind\":\"put\",\"key\":\"x\",\"value\":\"\"},"
                        + "\"outcome\":{\"kind\":\"applied\",\"revision\":3}}");
    }

    @Test
    void blanksOtherOrdersAndUnknownMembersAreTaken() {
        assertThat(HistoryLines.decode(
                        " { \"op\" : {\"key\":\"x\", \"kind\":\"get\"}, \"outcome\":{\"kind\":\"absent\"},"
                                + "\"returned\":10,\"called\":10,\"process\":\"client-7\",\"id\":7,"
                                + "\"note\":[1,{\"a\":null}]} "))
                .isEqualTo(EVERY_KIND.get(6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "{\"id\":1}",
                "{\"id\":1,\"id\":1}",
                "{\"id\":12345678901}",
                "{\"id\":1,\"process\":\"a\",\"called\":1,\"op\":{\"kind\":\"sing\"},"
                        + "\"outcome\":{\"kind\":\"unknown\"}}",
                "{\"id\":1,\"process\":\"a\",\"called\":1,\"op\":{\"kind\":\"get\",\"key\":\"x\"},"
                        + "\"outcome\":{\"kind\":\"?\"}}",
                "{\"id\":1,\"process\":\"a\",\"called\":9,\"returned\":8,\"op\":{\"kind\":\"get\",\"key\":\"x\"},"
                        + "\"outcome\":{\"kind\":\"absent\"}}",
                "{\"id\":1,\"process\":\"a\",\"called\":9,\"op\":{\"kind\":\"get\",\"key\":\"x\"},"
                        + "\"outcome\":{\"kind\":\"absent\"}}",
                "{\"id\":1,\"process\":\"a\",\"called\":1,\"op\":{\"kind\":\"batch\",\"writes\":[{\"kind\":\"get\"}]},"
                        + "\"outcome\":{\"kind\":\"unknown\"}}",
            })
    void lineThatTellsNoCallIsRefused(String line) {
        assertThatThrownBy(() -> HistoryLines.decode(line)).isInstanceOf(MalformedHistoryException.class);
    }

    @Test
    void refusalNamesFileLineAndReason() throws IOException {
        Path file = directory.resolve("history.jsonl");
        Files.writeString(file, HistoryLines.encode(EVERY_KIND.getFirst()) + "\n\n{\"id\":x}\n");

        assertThatThrownBy(() -> HistoryLines.read(file)).hasMessage(file + ":3: column 7: expected a value");
    }

    @Test
    void secondCallWithAnIdIsRefused() throws IOException {
        Path file = directory.resolve("history.jsonl");
        HistoryLines.write(file, List.of(EVERY_KIND.getFirst(), EVERY_KIND.getFirst()));

        assertThatThrownBy(() -> HistoryLines.read(file)).hasMessage(file + ":2: there is a call 1 already");
    }

    @Test
    void anyLineIsACallOrRefused() {
        Random random = new Random(1);
        int calls = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder line =
                    new StringBuilder(HistoryLines.encode(EVERY_KIND.get(random.nextInt(EVERY_KIND.size()))));
            for (int changes = random.nextInt(3); changes >= 0 && !line.isEmpty(); changes--) {
                int at = random.nextInt(line.length());
                switch (random.nextInt(3)) {
                    case 0 -> line.deleteCharAt(at);
                    case 1 -> line.setLength(at + 1);
                    default -> line.setCharAt(at, "{}[]\",:\\-0a9\u0000n".charAt(random.nextInt(14)));
                }
            }
            try {
                HistoryLines.decode(line.toString());
                calls++;
            } catch (MalformedHistoryException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
        assertThat(calls).isBetween(100, 10_000);
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws IOException {
        Path file = Files.write(directory.resolve("history.jsonl"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertThatThrownBy(() -> HistoryLines.read(file))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageEndingWith("is not UTF-8");
    }
}

package io.ostraka.raft.testkit.history;

import io.ostraka.raft.testkit.history.KvOperation.Append;
import io.ostraka.raft.testkit.history.KvOperation.Batch;
import io.ostraka.raft.testkit.history.KvOperation.CompareAndSet;
import io.ostraka.raft.testkit.history.KvOperation.Delete;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvOperation.Put;
import io.ostraka.raft.testkit.history.KvOperation.Write;
import io.ostraka.raft.testkit.history.KvResult.Absent;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.ConditionFailed;
import io.ostraka.raft.testkit.history.KvResult.Deleted;
import io.ostraka.raft.testkit.history.KvResult.Found;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A history as text: JSON Lines, one call a line (folded here), in any order. Times are nanoseconds of any origin.
 *
 * <pre>{@code
 * {"id":1,"process":"a","called":10,"returned":25,"op":{"kind":"put","key":"x","value":"1"},
 *         "outcome":{"kind":"applied","revision":1}}
 * {"id":2,"process":"b","called":12,"returned":31,"op":{"kind":"get","key":"x"},
 *         "outcome":{"kind":"found","value":"1","revision":1}}
 * {"id":3,"process":"a","called":40,"op":{"kind":"append","key":"x","value":"2"},"outcome":{"kind":"unknown"}}
 * }</pre>
 *
 * <p>Kinds of operations: get, put, append, delete, cas (with {@code expected}; without {@code value} it deletes),
 * batch (with {@code writes}). Kinds of outcomes: applied, deleted (with {@code existed}), condition-failed, found,
 * absent, unknown, not-applied. A revision that was not told is left out. Unknown members are ignored, so that a
 * recorder may add what helps its readers.
 */
public final class HistoryLines {

    private HistoryLines() {}

    /** Writes a history to a file, which is replaced if it is there. */
    public static void write(Path file, List<Call<KvOperation, KvResult>> calls) throws IOException {
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (Call<KvOperation, KvResult> call : calls) {
                lines.write(encode(call));
                lines.write('\n');
            }
        }
    }

    /**
     * Reads a history from a file; empty lines say nothing.
     *
     * @throws MalformedHistoryException if a line tells no call, or two calls have one id
     */
    public static List<Call<KvOperation, KvResult>> read(Path file) throws IOException {
        List<Call<KvOperation, KvResult>> calls = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
                try {
                    if (!line.isBlank()) {
                        Call<KvOperation, KvResult> call = decode(line);
                        if (!ids.add(call.id())) {
                            throw new MalformedHistoryException("there is a call " + call.id() + " already");
                        }
                        calls.add(call);
                    }
                } catch (MalformedHistoryException e) {
                    throw new MalformedHistoryException(file + ":" + number + ": " + e.getMessage());
                }
            }
        } catch (CharacterCodingException e) {
            throw new MalformedHistoryException(file + ": is not UTF-8");
        }
        return calls;
    }

    /** One call as a line, without a line end. */
    public static String encode(Call<KvOperation, KvResult> call) {
        StringBuilder line = new StringBuilder("{\"id\":").append(call.id());
        line.append(",\"process\":").append(Json.quote(call.process()));
        line.append(",\"called\":").append(call.calledNanos());
        if (call.outcome() instanceof Outcome.Returned<KvResult> returned) {
            line.append(",\"returned\":").append(returned.atNanos());
        }
        line.append(",\"op\":").append(encode(call.operation()));
        return line.append(",\"outcome\":")
                .append(encode(call.outcome()))
                .append('}')
                .toString();
    }

    private static String encode(KvOperation operation) {
        return switch (operation) {
            case Get get -> kind("get") + text("key", get.key()) + "}";
            case Put put -> kind("put") + text("key", put.key()) + text("value", put.value()) + "}";
            case Append append -> kind("append") + text("key", append.key()) + text("value", append.value()) + "}";
            case Delete delete -> kind("delete") + text("key", delete.key()) + "}";
            case CompareAndSet(String key, long expected, String value) ->
                kind("cas")
                        + text("key", key)
                        + ",\"expected\":"
                        + expected
                        + (value == null ? "" : text("value", value))
                        + "}";
            case Batch batch ->
                batch.writes().stream()
                        .map(HistoryLines::encode)
                        .collect(Collectors.joining(",", kind("batch") + ",\"writes\":[", "]}"));
        };
    }

    private static String encode(Outcome<KvResult> outcome) {
        return switch (outcome) {
            case Outcome.Returned<KvResult>(KvResult result, long _) -> encode(result);
            case Outcome.Unknown<KvResult> _ -> kind("unknown") + "}";
            case Outcome.NotApplied<KvResult> _ -> kind("not-applied") + "}";
        };
    }

    private static String encode(KvResult result) {
        return switch (result) {
            case Applied(long revision) -> kind("applied") + revision(revision) + "}";
            case Deleted(boolean existed, long revision) ->
                kind("deleted") + ",\"existed\":" + existed + revision(revision) + "}";
            case ConditionFailed(long revision) -> kind("condition-failed") + revision(revision) + "}";
            case Found(String value, long revision) -> kind("found") + text("value", value) + revision(revision) + "}";
            case Absent _ -> kind("absent") + "}";
        };
    }

    private static String kind(String kind) {
        return "{\"kind\":\"" + kind + "\"";
    }

    private static String text(String name, String value) {
        return ",\"" + name + "\":" + Json.quote(value);
    }

    private static String revision(long revision) {
        return revision == 0 ? "" : ",\"revision\":" + revision;
    }

    /**
     * The call that a line tells.
     *
     * @throws MalformedHistoryException if it tells none
     */
    public static Call<KvOperation, KvResult> decode(String line) {
        JsonMembers call = JsonMembers.of("a call", Json.parse(line));
        long id = call.integer("id");
        if (id != (int) id) {
            throw new MalformedHistoryException("an id fits 32 bits, not " + id);
        }
        Outcome<KvResult> outcome = outcome(call);
        try {
            return new Call<>(
                    (int) id, call.text("process"), operation(call.object("op")), call.integer("called"), outcome);
        } catch (IllegalArgumentException e) {
            throw new MalformedHistoryException(String.valueOf(e.getMessage()));
        }
    }

    private static KvOperation operation(JsonMembers op) {
        return switch (op.text("kind")) {
            case "get" -> new Get(op.text("key"));
            case "batch" ->
                new Batch(op.objects("writes").stream().map(HistoryLines::write).toList());
            default -> write(op);
        };
    }

    private static Write write(JsonMembers op) {
        return switch (op.text("kind")) {
            case "put" -> new Put(op.text("key"), op.text("value"));
            case "append" -> new Append(op.text("key"), op.text("value"));
            case "delete" -> new Delete(op.text("key"));
            case "cas" -> new CompareAndSet(op.text("key"), op.integer("expected"), op.textOrNull("value"));
            case String other -> throw new MalformedHistoryException("there is no operation '" + other + "' here");
        };
    }

    private static Outcome<KvResult> outcome(JsonMembers call) {
        JsonMembers outcome = call.object("outcome");
        KvResult result = resultOrNull(outcome);
        if (result != null) {
            return new Outcome.Returned<>(result, call.integer("returned"));
        }
        return switch (outcome.text("kind")) {
            case "unknown" -> new Outcome.Unknown<>();
            case "not-applied" -> new Outcome.NotApplied<>();
            case String other -> throw new MalformedHistoryException("there is no outcome '" + other + "'");
        };
    }

    private static @Nullable KvResult resultOrNull(JsonMembers outcome) {
        return switch (outcome.text("kind")) {
            case "applied" -> new Applied(outcome.integerOrZero("revision"));
            case "deleted" -> new Deleted(outcome.truth("existed"), outcome.integerOrZero("revision"));
            case "condition-failed" -> new ConditionFailed(outcome.integerOrZero("revision"));
            case "found" -> new Found(outcome.text("value"), outcome.integerOrZero("revision"));
            case "absent" -> new Absent();
            default -> null;
        };
    }
}

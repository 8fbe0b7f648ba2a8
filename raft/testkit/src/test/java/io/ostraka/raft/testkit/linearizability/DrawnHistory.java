package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvOperation.Append;
import io.ostraka.raft.testkit.history.KvOperation.Batch;
import io.ostraka.raft.testkit.history.KvOperation.CompareAndSet;
import io.ostraka.raft.testkit.history.KvOperation.Delete;
import io.ostraka.raft.testkit.history.KvOperation.Get;
import io.ostraka.raft.testkit.history.KvOperation.Put;
import io.ostraka.raft.testkit.history.KvOperation.Write;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.KvResult.Absent;
import io.ostraka.raft.testkit.history.KvResult.Applied;
import io.ostraka.raft.testkit.history.KvResult.ConditionFailed;
import io.ostraka.raft.testkit.history.KvResult.Deleted;
import io.ostraka.raft.testkit.history.KvResult.Found;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a history from a picture: a line a process, a box a call, and a column is a moment.
 *
 * <pre>{@code
 * a |put x 1 -> ok 7|      |cas x 7 2 -> failed 8|
 * b        |append x 9 -> ?|   |get x -> 19 @8|
 * }</pre>
 *
 * <p>A value is one word. What a call came to: {@code ok}, {@code deleted}, {@code nothing} (to delete),
 * {@code failed}, each with a revision if one was told ({@code failed} with none: the key was absent); {@code absent},
 * or a value with {@code @} and its revision; {@code ?} for an unknown outcome, whose box ends nowhere; {@code no} for
 * not applied.
 */
final class DrawnHistory {

    private static final Pattern BOX = Pattern.compile("\\|([^|]+) -> ([^|]+)\\|");

    private DrawnHistory() {}

    static List<Call<KvOperation, KvResult>> of(String picture) {
        List<Call<KvOperation, KvResult>> calls = new ArrayList<>();
        for (String line : picture.lines().toList()) {
            String process = line.substring(0, line.indexOf('|')).strip();
            Matcher box = BOX.matcher(line);
            while (box.find()) {
                calls.add(new Call<>(
                        calls.size() + 1,
                        process,
                        operation(box.group(1).strip()),
                        box.start(),
                        outcome(box.group(2).strip(), box.end() - 1)));
            }
        }
        return calls;
    }

    private static KvOperation operation(String text) {
        if (text.startsWith("get ")) {
            return new Get(text.substring(4));
        }
        if (text.startsWith("batch ")) {
            return new Batch(Arrays.stream(text.substring(6).split(";"))
                    .map(item -> write(item.strip()))
                    .toList());
        }
        return write(text);
    }

    private static Write write(String text) {
        String[] words = text.split(" ");
        return switch (words[0]) {
            case "put" -> new Put(words[1], words[2]);
            case "append" -> new Append(words[1], words[2]);
            case "delete" -> new Delete(words[1]);
            case "cas" -> new CompareAndSet(words[1], Long.parseLong(words[2]), words.length > 3 ? words[3] : null);
            default -> throw new IllegalArgumentException("no operation: " + text);
        };
    }

    private static Outcome<KvResult> outcome(String text, long atNanos) {
        String[] words = text.split(" ");
        long revision = words.length > 1 ? Long.parseLong(words[1].replace("@", "")) : 0;
        return switch (words[0]) {
            case "?" -> new Outcome.Unknown<>();
            case "no" -> new Outcome.NotApplied<>();
            case "ok" -> new Outcome.Returned<>(new Applied(revision), atNanos);
            case "deleted" -> new Outcome.Returned<>(new Deleted(true, revision), atNanos);
            case "nothing" -> new Outcome.Returned<>(new Deleted(false, revision), atNanos);
            case "failed" -> new Outcome.Returned<>(new ConditionFailed(revision), atNanos);
            case "absent" -> new Outcome.Returned<>(new Absent(), atNanos);
            default -> new Outcome.Returned<>(new Found(words[0], revision), atNanos);
        };
    }
}

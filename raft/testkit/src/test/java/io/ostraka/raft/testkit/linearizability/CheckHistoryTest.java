package io.ostraka.raft.testkit.linearizability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.history.HistoryLines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker as a program. */
final class CheckHistoryTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        return CheckHistory.run(List.of(args), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }

    private String file(String name, String picture) throws IOException {
        Path file = directory.resolve(name);
        HistoryLines.write(file, DrawnHistory.of(picture));
        return file.toString();
    }

    @Test
    void goodAndBadFilesAreToldApart() throws IOException {
        String good = file("good.jsonl", "a |put x 1 -> ok| |get x -> 1|");
        String bad = file("bad.jsonl", "a |put x 1 -> ok| |get x -> 2|");

        assertThat(run(good)).isZero();
        assertThat(run(good, bad, good)).isEqualTo(1);
        assertThat(out.toString(UTF_8))
                .contains(
                        good + ": linearizable: 2 calls in 1 partitions", bad + ": not linearizable: of 2 calls on x");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void boundIsTakenAndReachingItIsNoSuccess() throws IOException {
        String history = file("history.jsonl", """
                a |put x 1 -> ok|
                b |put x 2 -> ok|
                c |put x 3 -> ok|
                d                 |get x -> 1|
                """);

        assertThat(run("--configurations", "1", history)).isEqualTo(1);
        assertThat(out.toString(UTF_8)).contains("undecided");
    }

    @Test
    void whatCannotBeReadIsSaid() throws IOException {
        Path nonsense = Files.writeString(directory.resolve("nonsense.jsonl"), "nonsense\n");

        assertThat(run(nonsense.toString())).isEqualTo(2);
        assertThat(run(directory.resolve("missing.jsonl").toString())).isEqualTo(2);
        assertThat(run("--configurations", "many", "file")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("nonsense.jsonl:1: column 1", "missing.jsonl", "usage: CheckHistory");
    }
}

package io.ostraka.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.fake.FakeCluster;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandsTest {

    private final FakeCluster cluster = FakeCluster.start();
    private final Cli cli = Cli.of(cluster.address());

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void getWritesTheValueAsItIsWithoutALineEnd() {
        assertThat(cli.run("put", "k", "hello")).isZero();
        assertThat(cli.out()).isEqualTo("revision 1\n");

        assertThat(cli.run("get", "k")).isZero();

        assertThat(cli.out()).isEqualTo("hello");
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void aPersonGetsALineEndAfterTheValue() {
        cli.run("put", "k", "hello");

        assertThat(cli.typing("").run("get", "k")).isZero();

        assertThat(cli.out()).isEqualTo("hello\n");
    }

    @Test
    void binaryValuesGoThroughStandardInputAndFilesUntouched(@TempDir Path directory) throws IOException {
        byte[] bytes = {0, (byte) 0xff, '\n', (byte) 0xc3, 0};
        assertThat(cli.input(bytes).run("put", "k", "-")).isZero();
        cli.run("get", "k");
        assertThat(cli.out.toByteArray()).isEqualTo(bytes);

        Path file = Files.write(directory.resolve("value"), bytes);
        assertThat(cli.run("append", "k", "--file", file.toString())).isZero();
        cli.run("get", "k");
        assertThat(cli.out.toByteArray()).hasSize(10);

        cli.run("get", "k", "-o", "json");
        assertThat(cli.out()).contains("\"valueBase64\":\"AP8KwwAA/wrDAA==\"");
    }

    @Test
    void jsonNamesKeyValueAndRevision() {
        cli.run("put", "k", "line\n\"quoted\"");

        cli.run("get", "k", "-o", "json");

        assertThat(cli.out()).isEqualTo("{\"key\":\"k\",\"value\":\"line\\n\\\"quoted\\\"\",\"revision\":1}\n");
    }

    @Test
    void missingKeyIsAFailureAndNotAnEmptyValue() {
        assertThat(cli.run("get", "nothing")).isEqualTo(1);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err()).contains("no value");

        assertThat(cli.run("get", "nothing", "-o", "json")).isEqualTo(1);
        assertThat(cli.out()).isEqualTo("{\"key\":\"nothing\",\"value\":null,\"revision\":0}\n");

        assertThat(cli.run("put", "empty", "")).isZero();
        assertThat(cli.run("get", "empty")).isZero();
        assertThat(cli.out()).isEmpty();
    }

    @Test
    void casThatFindsAnotherRevisionIsRejected() {
        assertThat(cli.run("cas", "k", "0", "first")).isZero();

        assertThat(cli.run("cas", "k", "0", "second")).isEqualTo(4);

        assertThat(cli.err()).contains("revision 1");
        assertThat(cli.run("cas", "k", "0")).isEqualTo(2);
    }

    @Test
    void deleteSaysWhetherThereWasSomething() {
        cli.run("put", "k", "v");

        cli.run("delete", "k", "-o", "json");
        assertThat(cli.out()).contains("\"existed\":true");
        cli.run("delete", "k");
        assertThat(cli.out()).contains("nothing to delete");
    }

    @Test
    void unreachableClusterFailsInTimeAndNamesWhatWasTried() {
        Cli nobody = Cli.of("127.0.0.1:1,127.0.0.1:2");

        assertThat(nobody.run("put", "k", "v", "--timeout", "300ms")).isEqualTo(3);

        assertThat(nobody.out()).isEmpty();
        assertThat(nobody.err())
                .contains("127.0.0.1:1", "127.0.0.1:2", "had no answer within", "--controllers")
                .doesNotContain("error(");
    }

    @Test
    void unknownOutcomeHasItsOwnExitCodeAndNamesTheRequest() {
        cluster.onRequest(this::timeThenNoLongerKnown);

        assertThat(cli.run("put", "k", "v")).isEqualTo(5);

        assertThat(cli.err()).containsPattern("[0-9a-f]{32}-\\d+-1-5000");
    }

    @Test
    void outcomeOfARequestCanBeAsked() {
        String request = "000102030405060708090a0b0c0d0e0f-3-17-5000";

        assertThat(cli.run("request", "outcome", request)).isZero();
        assertThat(cli.out()).contains("not applied");
        assertThat(cli.run("request", "outcome", "nonsense")).isEqualTo(2);
    }

    @Test
    void invalidKeysAndSizesAreRejected() {
        assertThat(cli.run("put", "", "v")).isEqualTo(4);
        assertThat(cli.err()).contains("key is empty");
        assertThat(cli.run("get", "k".repeat(4_097))).isEqualTo(4);
        assertThat(cli.err()).contains("4097");
        assertThat(cli.input(new byte[(8 << 20) + 1]).run("put", "k", "-")).isEqualTo(4);
        assertThat(cli.err()).contains("8388609");
    }

    @Test
    void wrongUseIsAUsageError() {
        assertThat(cli.run("put", "k")).isEqualTo(2);
        assertThat(cli.run("put", "k", "v", "--timeout", "soon")).isEqualTo(2);
        assertThat(cli.err()).contains("500ms");
        assertThat(cli.run("put", "k", "v", "--controllers", "nowhere")).isEqualTo(2);
        assertThat(cli.run("shard")).isEqualTo(2);
        assertThat(cli.err()).contains("list");
        assertThat(cli.run("nonsense")).isEqualTo(2);
    }

    @Test
    void aUsageErrorSaysWhatIsWrongAndWhereToReadOnInTwoLines() {
        cli.run("put");

        assertThat(cli.err()).isEqualTo("Missing required parameter: 'KEY'.\nSee: ostraka put --help\n");
    }

    @Test
    void aValueWithADashGoesBehindTwoDashes() {
        assertThat(cli.run("put", "k", "-x")).isEqualTo(2);
        assertThat(cli.err()).contains("behind --");

        assertThat(cli.run("put", "k", "--", "-x")).isZero();
        cli.run("get", "k");
        assertThat(cli.out()).isEqualTo("-x");
    }

    @Test
    void aFileThatIsNotThereIsNamedInWords() {
        assertThat(cli.run("put", "k", "--file", "/no/such/file")).isEqualTo(1);

        assertThat(cli.err()).isEqualTo("The value cannot be read from /no/such/file: there is no such file.\n");
    }

    @Test
    void aLineThatIsNoTextIsWrongByItselfAndStopsNothing() {
        byte[] lines = "{\"key\":\"a\",\"value\":\"1\"}\n\u00ff\n{\"key\":\"b\",\"value\":\"2\"}".getBytes(ISO_8859_1);

        assertThat(cli.input(lines).run("import", "-")).isEqualTo(4);

        assertThat(cli.out()).isEqualTo("2 stored, 1 failed\n");
        assertThat(cli.err()).contains("line 2: it is not UTF-8");
    }

    @Test
    void importStoresGoodLinesAndReportsBadOnesByNumber(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("items.jsonl"), """
                {"key": "a", "value": "1"}
                not json

                {"keyBase64": "/w==", "valueBase64": "AAE="}
                {"key": "b"}
                {"key": "c", "value": "3", "colour": "red"}
                {"key": "\\u00e4", "value": "umlaut", "ttlMillis": 60000}
                {"key": "d", "value": 4}
                """);

        assertThat(cli.run("import", file.toString())).isEqualTo(4);

        assertThat(cli.out()).isEqualTo("3 stored, 4 failed\n");
        assertThat(cli.err())
                .contains("line 2: column 1", "line 5: give either", "line 6: unknown member \"colour\"", "line 8:");
        cli.run("get", "ä");
        assertThat(cli.out()).isEqualTo("umlaut");
    }

    @Test
    void importOfACleanFileSucceedsFromStandardInput() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            lines.append("{\"key\":\"k").append(i).append("\",\"value\":\"v\"}\n");
        }

        assertThat(cli.input(lines.toString().getBytes(UTF_8)).run("import", "-", "-o", "json"))
                .isZero();

        assertThat(cli.out()).isEqualTo("{\"stored\":3000,\"failed\":0}\n");
        assertThat(cli.run("import", "/no/such/file")).isEqualTo(1);
    }

    @Test
    void benchCountsCallsAndErrors() {
        assertThat(cli.run("bench", "--count", "500", "--clients", "8", "--reads", "50", "--keys", "10"))
                .isZero();
        assertThat(cli.out()).contains("read", "write", "0 errors", "8 calls in flight");

        cluster.onRequest(request -> request.hasGet()
                ? cluster.storeAnswer(request)
                : KvResponse.newBuilder()
                        .setCode(StatusCode.INVALID)
                        .setMessage("no writes today")
                        .build());
        assertThat(cli.run("bench", "--count", "100", "--reads", "0", "-o", "json"))
                .isEqualTo(1);
        assertThat(cli.out()).contains("\"errors\":{\"InvalidRequest\":100}", "\"count\":0");
    }

    @Test
    void controllersComeFromFlagOverEnvironmentOverDefault() {
        Cli bare = new Cli(Map.of());
        bare.run("config", "print");
        assertThat(bare.out()).contains("127.0.0.1:7100,127.0.0.1:7101,127.0.0.1:7102", "default");
        cli.run("config", "print", "-o", "json");
        assertThat(cli.out()).contains("environment OSTRAKA_CONTROLLERS");
        cli.run("config", "print", "--controllers", "h:1");
        assertThat(cli.out()).contains("h:1", "flag --controllers");
    }

    @Test
    void completionIsAScriptThatKnowsTheCommands() {
        assertThat(cli.run("completion", "bash")).isZero();
        assertThat(cli.out()).contains("complete -F", "shard", "append");
    }

    /** What became of the write will never be known, so the command has no reason to wait. */
    private KvResponse timeThenNoLongerKnown(KvRequest request) {
        if (request.getWrite().getT0Millis() == 0) {
            return cluster.storeAnswer(request);
        }
        return KvResponse.newBuilder().setCode(StatusCode.NO_LONGER_KNOWN).build();
    }
}

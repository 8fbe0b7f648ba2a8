package io.ostraka.cli;

import io.ostraka.cli.JsonReader.MalformedJsonException;
import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.UnavailableException;
import io.ostraka.client.Write;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts what a file of JSON Lines names. A line that is wrong is reported with its number and stops nothing. */
@Command(
        name = "import",
        description =
                "Put every line of a JSON Lines file: {\"key\": \"k\", \"value\": \"v\"}, or keyBase64 and valueBase64"
                        + " for bytes that are no text; ttlMillis makes a key go.")
final class ImportCommand extends ClientCommand {

    private static final Set<String> MEMBERS = Set.of("key", "keyBase64", "value", "valueBase64", "ttlMillis");

    @Parameters(index = "0", paramLabel = "FILE", description = "- is standard input.")
    private Path file = Path.of("-");

    @Option(
            names = "--reports",
            paramLabel = "N",
            description = "How many wrong lines to report at most (default: 20); all are counted.")
    private int reportsMax = 20;

    /** What a line says. */
    private record Item(Bytes key, Bytes value, long ttlMillis) {}

    ImportCommand(Console console) {
        super(console);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // what it completes with is noted here
    public Integer call() {
        Map<Long, String> wrong = new TreeMap<>();
        ConcurrentSkipListMap<Long, Throwable> failed = new ConcurrentSkipListMap<>();
        AtomicLong stored = new AtomicLong();
        Phaser unanswered = new Phaser(1);
        try (OstrakaClient client = cluster.client(console).build();
                InputStream in = open()) {
            Lines lines = new Lines(in);
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                long at = lines.number();
                try {
                    String text = Lines.utf8(line);
                    if (text.isBlank()) {
                        continue;
                    }
                    Item item = item(text);
                    unanswered.register();
                    put(client, item).whenComplete((done, error) -> {
                        note(at, error, failed, stored);
                        unanswered.arriveAndDeregister();
                    });
                } catch (MalformedJsonException e) {
                    wrong.put(at, String.valueOf(e.getMessage()));
                }
            }
            unanswered.arriveAndAwaitAdvance();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
        failed.forEach((at, error) -> wrong.put(at, String.valueOf(error.getMessage())));
        wrong.entrySet().stream()
                .limit(reportsMax)
                .forEach(entry -> console.err().println("line " + entry.getKey() + ": " + entry.getValue()));
        print(
                Json.Obj.empty().with("stored", stored.get()).with("failed", wrong.size()),
                stored.get() + " stored, " + wrong.size() + " failed");
        return exitCode(wrong, failed);
    }

    private static CompletableFuture<?> put(OstrakaClient client, Item item) {
        return client.putAsync(new Write.Put(item.key(), item.value(), item.ttlMillis()));
    }

    private static void note(long at, @Nullable Throwable error, Map<Long, Throwable> failed, AtomicLong stored) {
        if (error == null) {
            stored.incrementAndGet();
        } else {
            Throwable cause = error instanceof CompletionException ? error.getCause() : error;
            failed.put(at, cause == null ? error : cause);
        }
    }

    private static int exitCode(Map<Long, String> wrong, Map<Long, Throwable> failed) {
        if (failed.values().stream().anyMatch(OutcomeUnknownException.class::isInstance)) {
            return ExitCode.OUTCOME_UNKNOWN;
        }
        if (failed.values().stream().anyMatch(UnavailableException.class::isInstance)) {
            return ExitCode.UNAVAILABLE;
        }
        return wrong.isEmpty() ? ExitCode.OK : ExitCode.REJECTED;
    }

    private InputStream open() throws IOException {
        return file.toString().equals("-") ? console.in() : Files.newInputStream(file);
    }

    /** Lines as bytes, so that one that is no text is wrong by itself and the others are not. */
    private static final class Lines {
        private final InputStream in;
        private long number;

        Lines(InputStream in) {
            this.in = in instanceof BufferedInputStream ? in : new BufferedInputStream(in);
        }

        /** The next line without its end; null: there is none. */
        byte @Nullable [] next() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int next = in.read();
            if (next < 0) {
                return null;
            }
            number++;
            for (; next >= 0 && next != '\n'; next = in.read()) {
                line.write(next);
            }
            return line.toByteArray();
        }

        /** The number of the line that was read last, from 1. */
        long number() {
            return number;
        }

        static String utf8(byte[] line) throws MalformedJsonException {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(line))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new MalformedJsonException("it is not UTF-8; give bytes that are no text in base64", e);
            }
        }
    }

    private static Item item(String line) throws MalformedJsonException {
        if (!(JsonReader.read(line) instanceof Json.Obj object)) {
            throw new MalformedJsonException("expected an object with key and value");
        }
        Map<String, Json> members = object.members();
        for (String name : members.keySet()) {
            if (!MEMBERS.contains(name)) {
                throw new MalformedJsonException("unknown member \"" + name + "\"");
            }
        }
        long ttl = 0;
        if (members.get("ttlMillis") instanceof Json.Num number) {
            try {
                ttl = Long.parseLong(number.text());
            } catch (NumberFormatException e) {
                throw new MalformedJsonException("ttlMillis must be a whole number", e);
            }
        } else if (members.containsKey("ttlMillis")) {
            throw new MalformedJsonException("ttlMillis must be a whole number");
        }
        return new Item(bytes(members, "key"), bytes(members, "value"), ttl);
    }

    private static Bytes bytes(Map<String, Json> members, String name) throws MalformedJsonException {
        Json text = members.get(name);
        Json base64 = members.get(name + "Base64");
        if ((text == null) == (base64 == null)) {
            throw new MalformedJsonException("give either \"" + name + "\" or \"" + name + "Base64\"");
        }
        if (text instanceof Json.Str string) {
            return Bytes.utf8(string.value());
        }
        if (base64 instanceof Json.Str string) {
            try {
                return Bytes.wrap(Base64.getDecoder().decode(string.value()));
            } catch (IllegalArgumentException e) {
                throw new MalformedJsonException("\"" + name + "Base64\" is no base64", e);
            }
        }
        throw new MalformedJsonException("\"" + name + "\" must be a string");
    }
}

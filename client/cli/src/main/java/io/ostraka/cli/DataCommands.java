package io.ostraka.cli;

import io.ostraka.client.Bytes;
import io.ostraka.client.Deleted;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.Outcome;
import io.ostraka.client.RequestId;
import io.ostraka.client.Swapped;
import io.ostraka.client.VersionedValue;
import io.ostraka.client.Write;
import io.ostraka.client.Written;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that read and write keys. */
final class DataCommands {

    private DataCommands() {}

    static final String KEY = "The key as UTF-8.";

    @Command(name = "put", description = "Set a key.")
    static final class Put extends ClientCommand {
        @Mixin
        private KeyAndValue given = new KeyAndValue();

        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                description = "How long the key stays; for ever if not given.")
        private Duration ttl = Duration.ZERO;

        Put(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            String key = given.key();
            Bytes bytes = given.read(console);
            try (OstrakaClient client = cluster.client(console).build()) {
                Written written = client.put(Bytes.utf8(key), bytes, ttl);
                print(Json.Obj.empty().with("key", key).with("revision", written.revision()), revision(written));
                return ExitCode.OK;
            }
        }
    }

    @Command(name = "get", description = "Write a key's value to standard output, byte for byte.")
    static final class Get extends ClientCommand {
        @Parameters(index = "0", paramLabel = "KEY", description = KEY)
        private String key = "";

        @Option(
                names = "--max-staleness",
                paramLabel = "DURATION",
                converter = Durations.FromZero.class,
                description = "Ask any replica, for what was there at most that long ago (0s: for what is there now).")
        private @Nullable Duration maxStaleness;

        Get(Console console) {
            super(console);
        }

        @Override
        public Integer call() throws IOException {
            try (OstrakaClient client = cluster.client(console).build()) {
                Bytes name = Bytes.utf8(key);
                Optional<VersionedValue> found =
                        maxStaleness == null ? client.get(name) : client.getFromAnyReplica(name, maxStaleness);
                if (found.isEmpty()) {
                    if (cluster.json()) {
                        console.out().println(absent(key).write());
                    }
                    console.err().println("The key has no value.");
                    return ExitCode.FAILURE;
                }
                VersionedValue value = found.get();
                if (cluster.json()) {
                    Json.Obj object = KeyAndValue.json(Json.Obj.empty().with("key", key), "value", value.value());
                    console.out()
                            .println(object.with("revision", value.revision()).write());
                } else {
                    console.out().write(value.value().toByteArray());
                    if (console.outIsTerminal()) {
                        console.out().println();
                    }
                    console.out().flush();
                }
                return ExitCode.OK;
            }
        }

        private static Json.Obj absent(String key) {
            return Json.Obj.empty()
                    .with("key", key)
                    .with("value", new Json.Null())
                    .with("revision", 0);
        }
    }

    @Command(name = "append", description = "Append to a key; one that is absent counts as empty.")
    static final class Append extends ClientCommand {
        @Mixin
        private KeyAndValue given = new KeyAndValue();

        Append(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            String key = given.key();
            Bytes bytes = given.read(console);
            try (OstrakaClient client = cluster.client(console).build()) {
                Written written = client.append(Bytes.utf8(key), bytes);
                print(Json.Obj.empty().with("key", key).with("revision", written.revision()), revision(written));
                return ExitCode.OK;
            }
        }
    }

    @Command(name = "delete", description = "Remove a key.")
    static final class Delete extends ClientCommand {
        @Parameters(index = "0", paramLabel = "KEY", description = KEY)
        private String key = "";

        Delete(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            try (OstrakaClient client = cluster.client(console).build()) {
                Deleted deleted = client.delete(Bytes.utf8(key));
                print(
                        Json.Obj.empty()
                                .with("key", key)
                                .with("existed", deleted.existed())
                                .with("revision", deleted.revision()),
                        deleted.existed() ? "deleted, revision " + deleted.revision() : "there was nothing to delete");
                return ExitCode.OK;
            }
        }
    }

    @Command(name = "cas", description = "Set a key only if its revision is the expected one (0: if it is absent).")
    static final class Cas extends ClientCommand {
        @Parameters(index = "0", paramLabel = "KEY", description = KEY)
        private String key = "";

        @Parameters(index = "1", paramLabel = "EXPECTED_REVISION", description = "What get -o json shows; 0: absent.")
        private long expectedRevision;

        @Parameters(
                index = "2",
                arity = "0..1",
                paramLabel = "VALUE",
                description = "As UTF-8; - reads standard input.")
        private @Nullable String text;

        @Option(names = "--delete", description = "Delete the key instead of setting it.")
        private boolean delete;

        @Spec
        private @Nullable CommandSpec command;

        Cas(Console console) {
            super(console);
        }

        @Override
        public Integer call() throws IOException {
            if (delete == (text != null) && command != null) {
                throw new ParameterException(command.commandLine(), "Give either a VALUE or --delete.");
            }
            Bytes value = text == null ? null : given(text);
            Write.CompareAndSet change = new Write.CompareAndSet(Bytes.utf8(key), expectedRevision, value, 0);
            try (OstrakaClient client = cluster.client(console).build()) {
                Swapped swapped = client.compareAndSet(change);
                Json.Obj json = Json.Obj.empty()
                        .with("key", key)
                        .with("applied", swapped.applied())
                        .with("revision", swapped.revision());
                if (swapped.applied()) {
                    print(json, "revision " + swapped.revision());
                    return ExitCode.OK;
                }
                if (cluster.json()) {
                    console.out().println(json.write());
                }
                console.err()
                        .println(
                                swapped.revision() == 0
                                        ? "Not changed: the key is absent."
                                        : "Not changed: the key has revision " + swapped.revision() + ".");
                return ExitCode.REJECTED;
            }
        }

        private Bytes given(String value) throws IOException {
            return value.equals("-") ? Bytes.wrap(console.in().readAllBytes()) : Bytes.utf8(value);
        }
    }

    @Command(
            name = "outcome",
            description = "Say what became of a write whose outcome was unknown; cancel it if it has not run.")
    static final class RequestOutcome extends ClientCommand {
        @Parameters(index = "0", paramLabel = "REQUEST", description = "As the error named it.")
        private String request = "";

        RequestOutcome(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            RequestId id = RequestId.parse(request);
            try (OstrakaClient client = cluster.client(console).build()) {
                Json.Obj json = Json.Obj.empty().with("request", request);
                return switch (client.askOutcome(id)) {
                    case Outcome.Applied applied -> {
                        print(
                                json.with("outcome", "applied").with("revision", applied.revision()),
                                "applied, revision " + applied.revision());
                        yield ExitCode.OK;
                    }
                    case Outcome.ConditionFailed failed -> {
                        print(
                                json.with("outcome", "condition-failed").with("revision", failed.revision()),
                                "not applied: its condition did not hold, revision " + failed.revision());
                        yield ExitCode.OK;
                    }
                    case Outcome.NotApplied never -> {
                        print(json.with("outcome", "not-applied"), "not applied, and never will be");
                        yield ExitCode.OK;
                    }
                    case Outcome.NoLongerKnown forgotten -> {
                        print(json.with("outcome", "no-longer-known"), "no longer known: read the key to find out");
                        yield ExitCode.OUTCOME_UNKNOWN;
                    }
                };
            }
        }
    }

    private static String revision(Written written) {
        return "revision " + written.revision();
    }
}

package io.ostraka.cli;

import io.ostraka.client.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** A key, and a value given on the command line, in a file, or on standard input: any bytes, never touched. */
final class KeyAndValue {

    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    @Parameters(index = "0", paramLabel = "KEY", description = DataCommands.KEY)
    private String key = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "VALUE",
            description = "The value as UTF-8; - reads standard input.")
    private @Nullable String text;

    @Option(names = "--file", paramLabel = "FILE", description = "Read the value from this file; - is standard input.")
    private @Nullable Path file;

    String key() {
        return key;
    }

    /** The value that was given; there must be exactly one. */
    Bytes read(Console console) {
        if ((text == null) == (file == null) && command != null) {
            throw new ParameterException(
                    command.commandLine(),
                    "Give the value once: as VALUE, with --file FILE, or as - for standard input.");
        }
        String given = text == null ? String.valueOf(file) : text;
        try {
            if (given.equals("-")) {
                return Bytes.wrap(console.in().readAllBytes());
            }
            return file == null ? Bytes.utf8(given) : Bytes.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("the value cannot be read from " + given, e);
        }
    }

    /** Bytes as JSON: as text if they are UTF-8, else in base64. */
    static Json.Obj json(Json.Obj object, String name, Bytes bytes) {
        Optional<String> utf8 = utf8(bytes);
        return utf8.isPresent()
                ? object.with(name, utf8.get())
                : object.with(name + "Base64", Base64.getEncoder().encodeToString(bytes.toByteArray()));
    }

    private static Optional<String> utf8(Bytes bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}

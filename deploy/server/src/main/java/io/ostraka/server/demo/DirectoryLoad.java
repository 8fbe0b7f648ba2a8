package io.ostraka.server.demo;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.VersionedValue;
import io.ostraka.server.load.LoadMeter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** Stores a directory tree, and reads it back byte for byte. */
final class DirectoryLoad {

    private final OstrakaClient client;
    private final DirectoryTree tree;
    private final LoadMeter meter;
    private final List<Stored> stored = new ArrayList<>();

    private record Stored(Bytes key, Bytes value) {}

    private record Reading(Stored expected, CompletableFuture<Optional<VersionedValue>> read) {}

    DirectoryLoad(OstrakaClient client, DirectoryTree tree, LoadMeter meter) {
        this.client = client;
        this.tree = tree;
        this.meter = meter;
    }

    /**
     * Stores every part, and keeps its bytes for the comparison.
     *
     * @param progress told the number of parts that are stored
     */
    void store(LongConsumer progress) throws IOException {
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (DirectoryTree.Part part : tree.parts()) {
            Stored one = new Stored(Bytes.utf8(part.key()), Bytes.wrap(part.read()));
            stored.add(one);
            long startNanos = meter.nanoTime();
            writes.add(client.putAsync(one.key(), one.value()).thenRun(() -> meter.succeeded(startNanos)));
            progress.accept(meter.successes());
        }
        CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).join();
        progress.accept(meter.successes());
    }

    /** Reads everything back; returns what differs from what was stored. */
    List<String> verify(LongConsumer progress) {
        List<Reading> readings = stored.stream()
                .map(one -> new Reading(one, client.getAsync(one.key())))
                .toList();
        List<String> wrong = new ArrayList<>();
        long done = 0;
        for (Reading reading : readings) {
            Stored expected = reading.expected();
            Optional<VersionedValue> read = reading.read().join();
            if (read.isEmpty()) {
                wrong.add(expected.key() + " is missing");
            } else if (!read.get().value().equals(expected.value())) {
                wrong.add(expected.key() + " differs from what was stored");
            }
            progress.accept(++done);
        }
        return wrong;
    }
}

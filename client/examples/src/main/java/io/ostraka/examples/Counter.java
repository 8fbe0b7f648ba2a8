package io.ostraka.examples;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.Swapped;
import io.ostraka.client.VersionedValue;
import java.util.Optional;

/** A counter that many processes count up: read, add, and set only if nobody was faster. */
public final class Counter {

    private final OstrakaClient client;
    private final Bytes key;

    /** A counter that is kept under this key. */
    public Counter(OstrakaClient client, String key) {
        this.client = client;
        this.key = Bytes.utf8(key);
    }

    // tag::compare-and-set[]
    /** Adds one, and returns the new count. */
    public long increment() {
        while (true) {
            Optional<VersionedValue> now = client.get(key);
            long next = now.map(value -> Long.parseLong(value.toUtf8())).orElse(0L) + 1;
            long revision = now.map(VersionedValue::revision).orElse(0L);
            Swapped swapped = client.compareAndSet(key, revision, Bytes.utf8(Long.toString(next)));
            if (swapped.applied()) {
                return next;
            }
        }
    }
    // end::compare-and-set[]
}

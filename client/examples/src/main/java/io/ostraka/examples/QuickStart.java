package io.ostraka.examples;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.VersionedValue;

/** Stores a value in a cluster and reads it back. */
public final class QuickStart {

    private QuickStart() {}

    /** Runs against the cluster of {@code ./ostraka dev}, or against the controllers that are named. */
    public static void main(String[] args) {
        String controllers = args.length > 0 ? args[0] : "127.0.0.1:7100,127.0.0.1:7101,127.0.0.1:7102";
        // tag::quick-start[]
        try (OstrakaClient client =
                OstrakaClient.builder().controllers(controllers).build()) {
            client.put("greeting", "hello");
            client.append(Bytes.utf8("greeting"), Bytes.utf8(", world"));
            VersionedValue value = client.get("greeting").orElseThrow();
            System.out.println(value.toUtf8() + " at revision " + value.revision());
        }
        // end::quick-start[]
    }
}

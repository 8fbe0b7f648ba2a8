package io.ostraka.examples;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** Stores many values with many calls in flight; the client batches them and waits when too many are unanswered. */
public final class Pipeline {

    private Pipeline() {}

    // tag::pipeline[]
    /** Stores every line under its number, and returns how many have certainly been stored. */
    public static long store(OstrakaClient client, Stream<String> lines) {
        List<CompletableFuture<Written>> puts = new ArrayList<>();
        lines.forEach(line -> puts.add(client.putAsync(Bytes.utf8("line:" + puts.size()), Bytes.utf8(line))));
        return puts.stream().filter(put -> isStored(client, put)).count();
    }

    private static boolean isStored(OstrakaClient client, CompletableFuture<Written> put) {
        try {
            put.join();
            return true;
        } catch (CompletionException e) {
            if (e.getCause() instanceof OutcomeUnknownException unknown) {
                unknown.request().ifPresent(request -> System.err.println(client.askOutcome(request)));
            }
            return false;
        }
    }
    // end::pipeline[]
}

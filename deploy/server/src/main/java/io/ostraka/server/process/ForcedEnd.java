package io.ostraka.server.process;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a program that is about to end and may never come to it. */
public final class ForcedEnd {

    private static final Logger LOG = LoggerFactory.getLogger(ForcedEnd.class);

    private ForcedEnd() {}

    /** Halts the JVM with {@code exitCode}, without its shutdown hooks, unless it has ended within {@code grace}. */
    public static void after(Duration grace, int exitCode) {
        CompletableFuture.delayedExecutor(grace.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    LOG.error("closing has not ended within {} s; the process ends now", grace.toSeconds());
                    Runtime.getRuntime().halt(exitCode);
                });
    }
}

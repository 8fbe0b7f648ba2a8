package io.ostraka.raft.testkit.fuzz;

import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ends the process, with the input and the stack, if one run does not end: nothing else can. */
final class Watch implements AutoCloseable {

    private static final int SECONDS = 20;

    private static final ScheduledExecutorService LOOKING = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("fuzz-watch").factory());

    private static volatile @Nullable Watch current;
    private static @Nullable Watch seenBefore;

    private final Thread thread = Thread.currentThread();
    private final Supplier<String> description;

    static {
        var _ = LOOKING.scheduleWithFixedDelay(Watch::look, SECONDS, SECONDS, TimeUnit.SECONDS);
    }

    private Watch(Supplier<String> description) {
        this.description = description;
    }

    static Watch over(Supplier<String> description) {
        Watch watch = new Watch(description);
        current = watch;
        return watch;
    }

    private static void look() {
        Watch now = current;
        if (now != null && now == seenBefore) {
            System.err.println(now.description.get());
            Arrays.stream(now.thread.getStackTrace()).forEach(frame -> System.err.println("    at " + frame));
            Runtime.getRuntime().halt(70);
        }
        seenBefore = now;
    }

    @Override
    public void close() {
        current = null;
    }
}

package io.ostraka.it.system;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** One simulated run for each of many cases, two at a time; the first that fails, in their order, ends the others. */
final class Sweep {

    private static final int THREADS = 2;

    private Sweep() {}

    /** Returns what came of each case; what a run throws is thrown with the case that it was. */
    static <C, R> Map<C, R> each(Collection<C> cases, Function<C, R> run)
            throws InterruptedException, ExecutionException {
        try (ErrorLog errors = new ErrorLog();
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Map<C, Future<R>> running = new LinkedHashMap<>();
            cases.forEach(each -> running.put(each, threads.submit(() -> named(each, run))));
            Map<C, R> results = new LinkedHashMap<>();
            try {
                for (Map.Entry<C, Future<R>> each : running.entrySet()) {
                    results.put(each.getKey(), each.getValue().get());
                }
            } finally {
                threads.shutdownNow();
            }
            errors.check();
            return results;
        }
    }

    private static <C, R> R named(C which, Function<C, R> run) {
        try {
            return run.apply(which);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(which + ": " + e.getMessage(), e);
        }
    }
}

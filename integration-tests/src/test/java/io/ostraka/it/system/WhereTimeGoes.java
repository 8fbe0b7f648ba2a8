package io.ostraka.it.system;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Looks again and again at what a thread does, and counts in which part of Ostraka it is: that of the innermost frame
 * that is ours, so what the JDK and libraries do counts for whom they do it.
 */
final class WhereTimeGoes implements AutoCloseable {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final String OURS = "io.ostraka.";

    private final Map<String, Long> looks = new ConcurrentHashMap<>();
    private final Thread looker;
    private volatile boolean closed;

    private WhereTimeGoes(Thread thread) {
        this.looker = Thread.ofPlatform().name("where-time-goes").start(() -> {
            while (!closed) {
                looks.merge(partOf(thread.getStackTrace()), 1L, Long::sum);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        });
    }

    static WhereTimeGoes ofThisThread() {
        return new WhereTimeGoes(Thread.currentThread());
    }

    private static String partOf(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            String name = frame.getClassName();
            if (name.startsWith(OURS)) {
                return partOf(name.substring(OURS.length()));
            }
        }
        return "none of ours";
    }

    private static String partOf(String name) {
        if (name.startsWith("it.") || name.startsWith("raft.testkit.")) {
            return "simulation and oracles";
        }
        int end = name.startsWith("raft.") ? name.indexOf('.', "raft.".length()) : name.indexOf('.');
        return name.substring(0, end);
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        looker.join();
    }

    /** The parts and their shares, the largest first. */
    @Override
    public String toString() {
        long all = looks.values().stream().mapToLong(Long::longValue).sum();
        return looks.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .map(part -> part.getKey() + " " + Math.round(100.0 * part.getValue() / all) + "%")
                .collect(Collectors.joining(", "));
    }
}

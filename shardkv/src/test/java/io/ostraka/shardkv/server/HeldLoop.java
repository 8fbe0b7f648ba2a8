package io.ostraka.shardkv.server;

import java.util.PriorityQueue;

/** A loop without a thread: what it was given runs when the test says so, in order, and time passes only then. */
final class HeldLoop implements TaskLoop {

    private record Task(long atNanos, long order, Runnable work) implements Comparable<Task> {

        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private static final long MILLI = 1_000_000;

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long nowNanos;
    private long order;
    private int ran;

    long nowNanos() {
        return nowNanos;
    }

    @Override
    public void execute(Runnable work) {
        schedule(work, 0);
    }

    @Override
    public void schedule(Runnable work, long delayMillis) {
        tasks.add(new Task(nowNanos + delayMillis * MILLI, order++, work));
    }

    @Override
    public void repeat(Runnable work, long pauseMillis) {
        schedule(
                () -> {
                    work.run();
                    repeat(work, pauseMillis);
                },
                pauseMillis);
    }

    /** Runs what is due, and what that brings about. */
    void run() {
        pass(0);
    }

    /** Lets time pass, running each task at its time. */
    void pass(long millis) {
        long endNanos = nowNanos + millis * MILLI;
        for (Task task = tasks.peek(); task != null && task.atNanos() <= endNanos; task = tasks.peek()) {
            tasks.remove();
            nowNanos = Math.max(nowNanos, task.atNanos());
            ran++;
            task.work().run();
        }
        nowNanos = endNanos;
    }

    /** How many tasks have run. */
    int ran() {
        return ran;
    }

    /** How many tasks are due or wait for their time. */
    int waiting() {
        return tasks.size();
    }
}

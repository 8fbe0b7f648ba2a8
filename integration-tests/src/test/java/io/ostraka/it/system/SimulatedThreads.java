package io.ostraka.it.system;

import io.ostraka.raft.runtime.host.LoopThread;
import io.ostraka.raft.runtime.host.TimedWorker;
import io.ostraka.raft.runtime.host.Worker;
import io.ostraka.raft.runtime.host.Workers;
import io.ostraka.raft.runtime.storage.FatalListener;
import io.ostraka.raft.testkit.sim.Dice;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one life: queues whose tasks become events. A thread keeps the order of its tasks, begins each a
 * little after it was given, and now and then much later, as if others had the processor.
 */
final class SimulatedThreads implements Workers {

    private static final long SWITCH_NANOS = 1_500;

    private final Life life;
    private final Dice dice;
    private final double stallRate;
    private final long stallNanosMax;
    private @Nullable Queued current;

    /**
     * @param stallRate how often a task begins late
     * @param stallNanosMax how late at most
     */
    SimulatedThreads(Life life, Dice dice, double stallRate, long stallNanosMax) {
        this.life = life;
        this.dice = dice;
        this.stallRate = stallRate;
        this.stallNanosMax = stallNanosMax;
    }

    /** A new thread. */
    Queued thread() {
        return new Queued();
    }

    @Override
    public Worker busy(String name, FatalListener fatal) {
        Queued thread = thread();
        return new Worker() {
            @Override
            public void execute(Runnable work) {
                thread.execute(work);
            }

            @Override
            public void close() {
                // It ends with its life.
            }
        };
    }

    @Override
    public TimedWorker timed(String name) {
        return thread();
    }

    /** All of a pool's threads are one: tasks of several that run at a time cannot be told from some order of them. */
    @Override
    public ExecutorService pool(String name, int threads) {
        return new Pool(thread());
    }

    private long delay() {
        long delay = SWITCH_NANOS + dice.random().nextInt(1_000);
        return dice.chance(stallRate) ? delay + (long) dice.logUniform((double) delay, (double) stallNanosMax) : delay;
    }

    /** A thread. */
    final class Queued implements LoopThread, TimedWorker {

        private final Deque<Runnable> tasks = new ArrayDeque<>();
        private boolean closed;

        @Override
        public void execute(Runnable work) {
            tasks.add(work);
            life.post(delay(), this::runNext);
        }

        private void runNext() {
            Runnable next = tasks.poll();
            if (next != null) {
                run(next);
            }
        }

        /** Runs this on the thread now, before whatever waits. */
        void run(Runnable work) {
            Queued before = current;
            current = this;
            try {
                work.run();
            } finally {
                current = before;
            }
        }

        @Override
        public boolean schedule(Runnable work, long delayNanos) {
            if (closed) {
                return false;
            }
            if (delayNanos <= 0) {
                execute(work);
            } else {
                life.post(delayNanos, () -> {
                    if (!closed) {
                        tasks.add(work);
                        runNext();
                    }
                });
            }
            return true;
        }

        @Override
        public void repeat(Runnable work, long pauseNanos) {
            life.post(pauseNanos, () -> {
                if (!closed) {
                    tasks.add(work);
                    runNext();
                    repeat(work, pauseNanos);
                }
            });
        }

        @Override
        public Repetition every(long pauseNanos, Runnable work) {
            boolean[] stopped = new boolean[1];
            again(pauseNanos, work, stopped);
            return () -> stopped[0] = true;
        }

        /** Ticks never come quite as often as they should; else candidates on two nodes could keep in step. */
        private void again(long pauseNanos, Runnable work, boolean[] stopped) {
            long late = dice.random().nextLong(1 + pauseNanos / 16);
            life.postTimer(pauseNanos + late, late / 4, () -> {
                if (!stopped[0]) {
                    run(work);
                    again(pauseNanos, work, stopped);
                }
            });
        }

        @Override
        public boolean isCurrent() {
            return current == this;
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public boolean close(Ending ending, long patienceSeconds) {
            closed = true;
            if (ending == Ending.DROPS_ALL) {
                tasks.clear();
            }
            return true;
        }
    }

    private static final class Pool extends AbstractExecutorService {

        private final Queued thread;

        Pool(Queued thread) {
            this.thread = thread;
        }

        @Override
        public void execute(Runnable work) {
            thread.execute(work);
        }

        @Override
        public void shutdown() {
            thread.close(TimedWorker.Ending.DOES_WHAT_IS_DUE, 0);
        }

        @Override
        public List<Runnable> shutdownNow() {
            thread.close(TimedWorker.Ending.DROPS_ALL, 0);
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return thread.isClosed();
        }

        @Override
        public boolean isTerminated() {
            return thread.isClosed();
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}

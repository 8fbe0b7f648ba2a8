package io.ostraka.it.system;

import io.ostraka.raft.testkit.disk.DiskCall;
import io.ostraka.raft.testkit.sim.EventQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of a process, from its start to its end. What is posted here dies with it, and waits while it stands still.
 * Everything that happens in a simulated process happens in one of its lives, as one event.
 */
final class Life {

    /** How a process ends. */
    enum End {
        /** The process dies; what the operating system holds stays. */
        PROCESS,
        /** The machine loses power, and with it some of what was not forced. */
        MACHINE
    }

    private final EventQueue queue;
    private final Consumer<End> onDoom;
    private final Runnable afterEvent;
    private boolean over;
    private @Nullable End doom;
    private long pausedUntilNanos;

    /**
     * @param onDoom told how the process is to end, after the event in which that was decided
     * @param afterEvent looks at the process after each of its events
     */
    Life(EventQueue queue, Consumer<End> onDoom, Runnable afterEvent) {
        this.queue = queue;
        this.onDoom = onDoom;
        this.afterEvent = afterEvent;
    }

    /** Whether nothing that the process does has any effect any more. */
    boolean isOver() {
        return over || doom != null;
    }

    void end() {
        over = true;
    }

    /** The process ends within the present event: nothing that it does from here on has any effect. */
    void doom(End how) {
        if (doom == null) {
            doom = how;
        }
    }

    /** The process stands still until then, while clocks run on. */
    void pauseUntil(long nanos) {
        pausedUntilNanos = Math.max(pausedUntilNanos, nanos);
    }

    /** It goes on, if it stood still. */
    void goOn() {
        pausedUntilNanos = 0;
    }

    /** Has {@code work} happen after a delay. */
    void post(long delayNanos, Runnable work) {
        queue.after(delayNanos, () -> run(work));
    }

    /**
     * Has {@code work} happen after a delay, and if the process stands still then, up to {@code lateNanos} after it has
     * gone on: a thread that wakes looks at its sockets before it looks at the time.
     */
    void postTimer(long delayNanos, long lateNanos, Runnable work) {
        queue.after(delayNanos, () -> {
            long pause = pausedUntilNanos - queue.nowNanos();
            if (pause > 0) {
                post(pause + lateNanos, work);
            } else {
                run(work);
            }
        });
    }

    /** Has {@code work} happen now, as one event, or when the process goes on. */
    void run(Runnable work) {
        if (over) {
            return;
        }
        long pause = pausedUntilNanos - queue.nowNanos();
        if (pause > 0) {
            post(pause, work);
            return;
        }
        try {
            work.run();
        } catch (DiskCall.PowerLoss e) {
            doom(End.MACHINE);
        }
        End how = doom;
        if (how == null) {
            afterEvent.run();
        } else if (!over) {
            onDoom.accept(how);
        }
    }
}

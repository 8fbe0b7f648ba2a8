package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogPin;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.SharedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Does on virtual time what production's log thread does: while one write and force are under way, submissions gather.
 * Between the write and the end of its force other events happen, a crash among them.
 */
final class SimulatedLog implements LogStore {

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private record Submission(LogWrite write, Completion completion) {}

    private final World world;
    private final NodeProcess process;
    private final SharedLog log;
    private List<Submission> waiting = new ArrayList<>();
    private boolean busy;
    private long lastUse;

    SimulatedLog(World world, NodeProcess process, SharedLog log) {
        this.world = world;
        this.process = process;
        this.log = log;
    }

    @Override
    public void submit(LogWrite write, Completion completion) {
        waiting.add(new Submission(write, completion));
        if (!busy) {
            busy = true;
            process.post(1_000, () -> guarded(this::write));
        }
    }

    private interface Work {
        void run() throws DiskException;
    }

    /** A failed log stops the node, as production's does. */
    private void guarded(Work work) {
        try {
            work.run();
        } catch (DiskException e) {
            world.trace().say(() -> "n" + process.node().index() + " stops: " + e.getMessage());
            process.doom(SimulatedNode.Crash.PROCESS);
        }
    }

    private void write() throws DiskException {
        List<Submission> taken = waiting;
        waiting = new ArrayList<>();
        List<LogWrite> writes = taken.stream().map(Submission::write).toList();
        writes.forEach(write -> process.oracle(write.replica()).wrote(write));
        if (log.write(writes)) {
            process.post(
                    forceNanos(),
                    () -> guarded(() -> {
                        force();
                        complete(taken);
                    }));
        } else {
            complete(taken);
        }
    }

    private long forceNanos() {
        long mean = world.forceMeanNanos();
        return process.node().dice().nextNanos(process.node().isSlow() ? 100 * mean : mean);
    }

    private void force() throws DiskException {
        log.force();
        process.forced();
        for (LogPin pin : log.maintain()) {
            process.flush(pin.replica());
        }
    }

    private void complete(List<Submission> taken) {
        for (Submission submission : taken) {
            submission.completion().durable(submission.write());
        }
        busy = !waiting.isEmpty();
        if (busy) {
            process.post(1_000, () -> guarded(this::write));
        } else {
            long use = ++lastUse;
            process.post(IDLE_NANOS, () -> {
                if (!busy && use == lastUse) {
                    guarded(this::settle);
                }
            });
        }
    }

    private void settle() throws DiskException {
        if (log.isForceDue()) {
            force();
        }
        log.writeProof();
    }
}

package io.ostraka.it.system;

import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogPin;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.SharedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Does on virtual time what production's log thread does: while one write and force are under way, submissions gather.
 * Between the write and the end of its force other events happen, a crash among them.
 */
final class MachineLog implements LogStore {

    private static final long IDLE_NANOS = 50_000_000;
    private static final long WRITE_NANOS = 2_000;

    private record Submission(LogWrite write, Completion completion) {}

    private final Life life;
    private final SharedLog log;
    private final LongSupplier forceNanos;
    private final Consumer<List<LogPin>> pinned;
    private List<Submission> waiting = new ArrayList<>();
    private boolean busy;
    private long lastUse;

    MachineLog(Life life, SharedLog log, LongSupplier forceNanos, Consumer<List<LogPin>> pinned) {
        this.life = life;
        this.log = log;
        this.forceNanos = forceNanos;
        this.pinned = pinned;
    }

    @Override
    public void submit(LogWrite write, Completion completion) {
        waiting.add(new Submission(write, completion));
        if (!busy) {
            busy = true;
            life.post(WRITE_NANOS, () -> guarded(this::write));
        }
    }

    private interface Work {
        void run() throws DiskException;
    }

    /** A failed log stops the process, as production's does. */
    private void guarded(Work work) {
        try {
            work.run();
        } catch (DiskException e) {
            life.doom(Life.End.PROCESS);
        }
    }

    private void write() throws DiskException {
        List<Submission> taken = waiting;
        waiting = new ArrayList<>();
        if (log.write(taken.stream().map(Submission::write).toList())) {
            life.post(
                    forceNanos.getAsLong(),
                    () -> guarded(() -> {
                        force();
                        complete(taken);
                    }));
        } else {
            complete(taken);
        }
    }

    private void force() throws DiskException {
        log.force();
        List<LogPin> pins = log.maintain();
        if (!pins.isEmpty()) {
            pinned.accept(pins);
        }
    }

    private void complete(List<Submission> taken) {
        for (Submission submission : taken) {
            submission.completion().durable(submission.write());
        }
        busy = !waiting.isEmpty();
        if (busy) {
            life.post(WRITE_NANOS, () -> guarded(this::write));
            return;
        }
        long use = ++lastUse;
        life.post(IDLE_NANOS, () -> {
            if (!busy && use == lastUse) {
                guarded(this::settle);
            }
        });
    }

    private void settle() throws DiskException {
        if (log.isForceDue()) {
            force();
        }
        log.writeProof();
    }
}

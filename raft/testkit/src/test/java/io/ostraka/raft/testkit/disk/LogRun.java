package io.ostraka.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;

/** A seeded life of a log: writes, forces, restarts, and the models of every state that a crash may leave. */
@NullMarked
final class LogRun {

    static final LogOptions OPTIONS = new LogOptions(8192, 4096, 3, 1);

    private final SimulatedDisk disk;
    private final SplittableRandom random;
    private final LogScript script;

    /** The state after the last write that was answered, and after each one since. */
    private final List<LogModel> possible = new ArrayList<>(List.of(LogModel.EMPTY));

    LogRun(SimulatedDisk disk, long seed) {
        this.disk = disk;
        this.random = new SplittableRandom(seed);
        this.script = new LogScript(random);
    }

    /** Lives through some steps; a listener of the disk may end it anywhere. */
    void live(int steps) throws DiskException {
        SharedLog log = recover();
        for (int step = 0; step < steps; step++) {
            List<LogWrite> writes = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                LogWrite write = script.next(possible.getLast());
                writes.add(write);
                possible.add(possible.getLast().with(write));
            }
            log.write(writes);
            if (random.nextInt(4) > 0) {
                log.force();
                answered();
                log.maintain();
            }
            if (random.nextInt(6) == 0) {
                log.writeProof();
            }
            if (random.nextInt(12) == 0) {
                log.close();
                answered();
                log = recover();
            }
        }
        log.close();
        answered();
    }

    private void answered() {
        LogModel last = possible.getLast();
        possible.clear();
        possible.add(last);
    }

    /** Opens the log and checks that it holds one of the possible states, whole. */
    SharedLog recover() throws DiskException {
        Recovery recovery = SharedLog.open(disk, OPTIONS);
        assertThat(recovery.damage()).isEmpty();
        LogModel found = new LogModel(recovery.replicas());
        assertThat(possible).as("possible states").contains(found);
        possible.clear();
        possible.add(found);
        return recovery.log();
    }
}

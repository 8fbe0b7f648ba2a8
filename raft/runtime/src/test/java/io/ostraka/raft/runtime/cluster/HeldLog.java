package io.ostraka.raft.runtime.cluster;

import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.LogWrite;
import java.util.ArrayList;
import java.util.List;

/** A log that takes writes as ever and can be told to answer none of them, as one whose disk hangs. */
final class HeldLog implements LogStore {

    private final LogStore log;
    private final List<Runnable> answers = new ArrayList<>();
    private boolean held;

    HeldLog(LogStore log) {
        this.log = log;
    }

    @Override
    public void submit(LogWrite write, Completion completion) {
        log.submit(write, durable -> answer(() -> completion.durable(durable)));
    }

    private synchronized void answer(Runnable answer) {
        if (held) {
            answers.add(answer);
        } else {
            answer.run();
        }
    }

    synchronized void hold() {
        held = true;
    }

    /** Answers what has gathered, in its order, and whatever comes from then on. */
    synchronized void release() {
        held = false;
        answers.forEach(Runnable::run);
        answers.clear();
    }
}

package io.ostraka.raft.runtime.host;

import io.ostraka.raft.runtime.storage.FatalListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that does what is put to it, in order: the apply thread, the flush thread. */
final class WorkThread implements Worker {

    private static final Logger log = LoggerFactory.getLogger(WorkThread.class);

    /** How long the thread sleeps at most; it is woken whenever work comes. */
    private static final long SLEEP_NANOS = 1_000_000_000L;

    private final Mailbox mailbox = new Mailbox();
    private final Thread thread;
    private volatile boolean closed;

    WorkThread(String name, FatalListener fatal) {
        this.thread = new Thread(this::run, name);
        thread.setUncaughtExceptionHandler((dead, cause) -> fatal.fatal(cause));
    }

    void start() {
        thread.start();
    }

    @Override
    public void execute(Runnable work) {
        mailbox.put(work);
    }

    @Override
    public void close() throws InterruptedException {
        mailbox.put(() -> closed = true);
        if (Thread.currentThread() != thread) {
            thread.join();
        }
    }

    private void run() {
        while (!closed) {
            Runnable work = mailbox.poll();
            if (work == null) {
                mailbox.await(SLEEP_NANOS);
                continue;
            }
            try {
                work.run();
            } catch (RuntimeException e) {
                // Failures of a replica are caught with the replica; a callback that throws is its owner's fault.
                log.error("work on {} failed; the thread goes on", thread.getName(), e);
            }
        }
    }
}

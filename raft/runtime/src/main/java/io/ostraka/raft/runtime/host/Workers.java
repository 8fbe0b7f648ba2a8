package io.ostraka.raft.runtime.host;

import io.ostraka.raft.runtime.storage.FatalListener;
import java.util.concurrent.ExecutorService;

/**
 * Makes the threads of a process that are not the network's: the port through which everything but the network gets to
 * run. In production these are threads; in the simulator, queues under one seeded scheduler.
 */
public interface Workers {

    /**
     * Starts a thread whose work is waited for by many: handing something to it while it is busy costs next to nothing.
     */
    Worker busy(String name, FatalListener fatal);

    /** Starts a thread that also keeps time. It does not keep the program alive. */
    TimedWorker timed(String name);

    /**
     * Starts so many threads that share what they are given, in no particular order. They do not keep the program
     * alive.
     */
    ExecutorService pool(String name, int threads);
}

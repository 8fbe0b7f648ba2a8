package io.ostraka.server.demo;

import io.ostraka.server.cluster.DirectoryRemoval;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Ends what a demonstration has started and removes what it wrote, whether it ended by itself or by Ctrl-C. Any thread.
 */
final class DemoCleaning {

    /** What has to end before its files can be removed. */
    interface Closing {
        void close();
    }

    private final Path directory;
    private volatile boolean keep;
    private volatile boolean begun;
    private volatile @Nullable Closing cluster;

    /**
     * @param directory what was written
     * @param keep whether it stays in any case
     */
    DemoCleaning(Path directory, boolean keep) {
        this.directory = directory;
        this.keep = keep;
    }

    /** Names what is closed before the directory is removed. */
    void closeFirst(Closing started) {
        cluster = started;
    }

    /**
     * The directory stays, as evidence of a failure; false if the cleaning has begun: then the failure is that the
     * cluster was ended.
     */
    boolean keepAsEvidence() {
        if (begun) {
            return false;
        }
        keep = true;
        return true;
    }

    /** Whether the directory stays. */
    boolean keeps() {
        return keep;
    }

    synchronized void run() {
        begun = true;
        Closing started = cluster;
        if (started != null) {
            started.close();
        }
        try {
            if (!keep) {
                DirectoryRemoval.remove(directory);
            }
        } catch (IOException e) {
            System.err.println("ostraka: cannot remove " + directory + ": " + e.getMessage());
        }
    }
}

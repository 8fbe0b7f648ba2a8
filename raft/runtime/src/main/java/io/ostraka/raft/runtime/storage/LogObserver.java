package io.ostraka.raft.runtime.storage;

import java.util.List;

/** Watches the log at work; called on the log's thread, so it must be short and never block. */
public interface LogObserver {

    /** Watches nothing. */
    LogObserver NONE = new LogObserver() {
        @Override
        public void forced(long latencyNanos, long bytes, int writes) {}

        @Override
        public void pinned(List<LogPin> pins) {}
    };

    /** One batch was written and forced: how long both took, its bytes, and how many writes it covered. */
    void forced(long latencyNanos, long bytes, int writes);

    /**
     * The log has more segments than it should, since these replicas need entries of the oldest one. Flushing their
     * stores and releasing up to there frees it. Told again from time to time while it lasts.
     */
    void pinned(List<LogPin> pins);
}

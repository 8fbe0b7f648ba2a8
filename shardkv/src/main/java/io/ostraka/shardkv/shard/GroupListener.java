package io.ostraka.shardkv.shard;

import io.ostraka.raft.runtime.statemachine.LeadershipEvent;

/** Who wants to know what a state machine does. Called by the apply thread; must not block. */
public interface GroupListener {

    /** Somebody who wants to know nothing. */
    GroupListener NONE = new GroupListener() {
        @Override
        public void leadershipChanged(LeadershipEvent event) {}

        @Override
        public void applied(GroupView view) {}
    };

    /** Who leads has changed. The view published before this call holds everything that the term found in the log. */
    void leadershipChanged(LeadershipEvent event);

    /** Entries were applied, or a snapshot was installed; {@code view} is what is published now. */
    void applied(GroupView view);

    /**
     * A digest is to be computed, by any thread; whoever takes the scan closes it. One that comes later replaces it.
     */
    default void digestBegun(ShardScan scan) {
        scan.close();
    }
}

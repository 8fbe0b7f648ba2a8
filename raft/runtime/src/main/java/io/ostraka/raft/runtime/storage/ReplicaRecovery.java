package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the log holds of one replica after a restart. */
public sealed interface ReplicaRecovery {

    /**
     * Everything that was ever reported durable, and perhaps more that was written.
     *
     * @param hardState null if none was ever written
     * @param base the position after which the log begins
     * @param entries consecutive, the first at {@code base.index() + 1}
     */
    record Recovered(@Nullable HardState hardState, LogPosition base, List<Entry> entries) implements ReplicaRecovery {

        /** What a replica has whose log was begun, and to which nothing was written since. */
        public static final Recovered BEGUN = new Recovered(null, LogPosition.ZERO, List.of());

        public Recovered {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Something that was durable may be missing, so the replica must neither vote nor serve with this log. It stays so
     * over restarts until it is removed, or its log is restarted after a snapshot.
     *
     * @param what which bytes of which file are damaged, in a sentence for the operator
     */
    record Damaged(String what) implements ReplicaRecovery {}
}

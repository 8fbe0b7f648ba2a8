package io.ostraka.raft.runtime.storage;

import io.ostraka.raft.core.ReplicaId;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * What opening the log found. Everything in it is durable by then, also what the crash had left unproven.
 *
 * @param log the engine, ready for writes
 * @param replicas each replica that the log knows
 * @param removed the replicas of which the log knows that they were removed: it never takes them again
 * @param damage each place that is damaged, whether a replica needs it or not
 * @param tail where the log ended, and what of it had to be written anew, for the operator; empty for a new log
 */
public record Recovery(
        SharedLog log,
        SortedMap<ReplicaId, ReplicaRecovery> replicas,
        Set<ReplicaId> removed,
        List<String> damage,
        String tail) {

    /** Returns what was found of a replica that must be there; if the log knows nothing of it, that is damage. */
    public ReplicaRecovery require(ReplicaId replica) {
        ReplicaRecovery found = replicas.get(replica);
        return found != null
                ? found
                : new ReplicaRecovery.Damaged(
                        "the log holds nothing of replica " + replica + ", which was created here; "
                                + (damage.isEmpty() ? "its files are gone" : String.join("; ", damage)));
    }
}

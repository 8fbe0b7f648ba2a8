package io.ostraka.raft.core;

/**
 * The identity of one replica of one group. It is drawn once and never used again, also after the replica is gone.
 *
 * @param value the id, meaningful only for equality and a stable order
 */
public record ReplicaId(long value) implements Comparable<ReplicaId> {

    @Override
    public int compareTo(ReplicaId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "r" + value;
    }
}

package io.ostraka.raft.core;

/**
 * The identity of one node, that is of one data directory.
 *
 * @param value the id, meaningful only for equality and a stable order
 */
public record NodeId(long value) implements Comparable<NodeId> {

    @Override
    public int compareTo(NodeId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "n" + Long.toUnsignedString(value, 16);
    }
}

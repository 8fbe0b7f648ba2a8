package io.ostraka.raft.testkit.scenario;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.testkit.sim.VirtualCluster;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/**
 * What the state machines have applied, as the classic harness records it: each node applies in order, and no two nodes
 * anything different at one index. Counts commands: the no-op at the start of each term has an index and is none.
 */
@NullMarked
final class AppliedLogs {

    /** By index, from 1 on, what was applied first. */
    private final List<Entry> entries = new ArrayList<>();
    /** By index, from 0 on, how many commands there are up to it. */
    private final List<Integer> commandsUpTo = new ArrayList<>(List.of(0));
    /** By ordinal, from 1 on. */
    private final List<Entry> commands = new ArrayList<>();

    private final long[] applied;

    AppliedLogs(int nodes) {
        applied = new long[nodes];
    }

    void applied(int node, Entry entry) {
        if (entry.index() != applied[node] + 1) {
            throw new AssertionError("node " + node + " applies " + entry + " after index " + applied[node]);
        }
        applied[node] = entry.index();
        if (entry.index() <= entries.size()) {
            Entry other = entries.get((int) entry.index() - 1);
            if (!other.equals(entry)) {
                throw new AssertionError("node " + node + " applies " + entry + ", another one " + other);
            }
            return;
        }
        entries.add(entry);
        if (entry.type() == EntryType.COMMAND) {
            commands.add(entry);
        }
        commandsUpTo.add(commands.size());
    }

    /** A node's state is at {@code index}, by a start or by a snapshot. */
    void restored(int node, long index) {
        if (index > entries.size()) {
            throw new AssertionError("node " + node + " has a state of " + index + " that nobody has applied");
        }
        applied[node] = index;
    }

    /** Returns how many commands there are up to an index that was applied. */
    long commandsUpTo(long index) {
        return commandsUpTo.get((int) index);
    }

    /** Returns how many commands were applied at all. */
    long commands() {
        return commands.size();
    }

    /** Returns the content of a command. */
    Bytes command(long ordinal) {
        return VirtualCluster.content(commands.get((int) ordinal - 1).payload());
    }

    /** Returns how many nodes have applied the command of this ordinal; that they agree was checked before. */
    int committed(long ordinal) {
        int nodes = 0;
        for (long index : applied) {
            if (commandsUpTo(index) >= ordinal) {
                nodes++;
            }
        }
        return nodes;
    }
}

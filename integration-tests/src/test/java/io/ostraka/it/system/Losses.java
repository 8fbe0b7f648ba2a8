package io.ostraka.it.system;

import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.testkit.sim.Dice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What machines have lost for good. Of the controllers, and of each group, a majority never loses anything: more than
 * that Raft cannot give back.
 */
final class Losses {

    private final List<List<Machine>> councils;
    private final Set<Machine> machines = new HashSet<>();
    private final Set<ReplicaId> replicas = new TreeSet<>();
    private final Set<NodeId> nodes = new TreeSet<>();

    /** @param councils the machines of the controllers, and those of each group */
    Losses(List<List<Machine>> councils) {
        this.councils = councils;
    }

    /** Whether what would be left is a majority wherever the machine takes part. */
    boolean maySuffer(Machine machine) {
        return machines.contains(machine)
                || councils.stream()
                        .filter(council -> council.contains(machine))
                        .allMatch(council -> {
                            long others =
                                    council.stream().filter(machines::contains).count();
                            return 2 * (others + 1) < council.size();
                        });
    }

    /** The machine's replicas are lost, or may be. */
    void suffered(Machine machine) {
        machines.add(machine);
        replicas.addAll(machine.replicasOnDisk());
    }

    boolean has(Machine machine) {
        return machines.contains(machine);
    }

    /** The node that the machine was is no more, nor is what it has yet to create. */
    void gone(NodeId node) {
        nodes.add(node);
    }

    boolean has(ReplicaId replica, NodeId on) {
        return replicas.contains(replica) || nodes.contains(on);
    }

    /** Returns a majority of each council, drawn by chance from those that have lost nothing. */
    Set<Machine> core(Dice dice) {
        Set<Machine> core = new HashSet<>();
        for (List<Machine> council : councils) {
            List<Machine> whole = new ArrayList<>(council);
            whole.removeAll(machines);
            Collections.shuffle(whole, dice.random());
            core.addAll(whole.subList(0, council.size() / 2 + 1));
        }
        return core;
    }
}

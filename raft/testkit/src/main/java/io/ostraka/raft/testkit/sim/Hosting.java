package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.Disk;
import java.util.Map;
import java.util.TreeMap;

/**
 * State machines of production in a {@link VirtualCluster}: each node has one, whose files are on its simulated disk.
 *
 * @param <R> what applying one command answers
 * @param <M> the state machine
 */
public final class Hosting<R, M extends StateMachine<R>> implements Machines {

    /**
     * Opens a state machine from what is on a disk.
     *
     * @param <M> the state machine
     */
    public interface Opener<M> {
        /**
         * Opens it.
         *
         * @param founding the membership of the group, where the disk has nothing yet
         */
        M open(Disk disk, Membership founding) throws Exception;
    }

    private final Opener<M> opener;
    private final Map<Integer, HostedMachine<R, M>> machines = new TreeMap<>();

    /** Has each node open its state machine in this way, whenever it starts. */
    public Hosting(Opener<M> opener) {
        this.opener = opener;
    }

    @Override
    public SimulatedMachine open(World world, SimulatedNode node, World.Place place, SimulatedMachine.Witness witness) {
        GroupOracle group = world.group(place.group());
        M machine;
        try {
            machine = opener.open(node.disk(), group.membership());
        } catch (Exception e) {
            throw new InvariantViolation(Invariant.NO_FAILURE, place.replica() + " cannot open its state: " + e, e);
        }
        HostedMachine<R, M> hosted = new HostedMachine<>(machine, group, witness);
        machines.put(node.index(), hosted);
        node.keep(place.replica(), hosted.durableTally());
        return hosted;
    }

    /** Returns the state machine of a node, the last one if its machine is down. */
    public M machine(int node) {
        return hosted(node).machine();
    }

    /** Returns what the command at an index answered when a node applied it, in its present run. */
    public R result(int node, long index) {
        return hosted(node).result(index);
    }

    private HostedMachine<R, M> hosted(int node) {
        HostedMachine<R, M> hosted = machines.get(node);
        if (hosted == null) {
            throw new IllegalArgumentException("no node " + node);
        }
        return hosted;
    }
}

package io.ostraka.raft.testkit.sim;

/** Opens the state machines of a run's replicas, each whenever its node starts. */
interface Machines {

    /** Opens what {@code node} has of the replica at {@code place}. */
    SimulatedMachine open(World world, SimulatedNode node, World.Place place, SimulatedMachine.Witness witness);
}

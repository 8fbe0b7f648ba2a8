package io.ostraka.shardctrler.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.testkit.disk.SimulatedDisk;
import io.ostraka.shardctrler.state.BusyClusters;
import io.ostraka.shardctrler.state.ControllerState;
import org.junit.jupiter.api.Test;

/** The file that holds a controller's state, with a bit that is not as it was written. */
final class StateDamageTest {

    private static final Membership SOLE = Membership.of(new ReplicaId(1L << 62));
    private static final String FILE = "controller/state";

    @Test
    void anyFlippedByteOfTheStateIsNoticedAndTheFileNamed() throws DiskException, NodeDirectoryException {
        ControllerState state = BusyClusters.states().getLast();
        SimulatedDisk disk = new SimulatedDisk();
        new ControllerImageFile(disk, ControllerStateMachine.FOLDER)
                .write(new ControllerImageFile.Image(state, new AppliedState(new LogPosition(9, 2), SOLE)));
        assertThat(ControllerStateMachine.open(disk.copy(), SOLE, () -> {})
                        .published()
                        .state())
                .isEqualTo(state);

        for (int offset = 0; offset < disk.contents(FILE).length; offset++) {
            SimulatedDisk damaged = disk.copy();
            damaged.flip(FILE, offset, 1 << (offset % Byte.SIZE));
            assertThatThrownBy(() -> ControllerStateMachine.open(damaged, SOLE, () -> {}))
                    .as("byte %d", offset)
                    .isInstanceOf(NodeDirectoryException.class)
                    .hasMessageContaining(FILE);
        }
    }
}

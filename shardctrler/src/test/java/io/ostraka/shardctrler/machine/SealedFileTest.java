package io.ostraka.shardctrler.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.testkit.disk.DiskCall;
import io.ostraka.raft.testkit.disk.SimulatedDisk;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** A file that is replaced as a whole, over the ends of processes and machines. */
final class SealedFileTest {

    /** Nothing survives that is not synced. */
    private static final RandomGenerator LOSES_EVERYTHING = () -> 0;

    private static final Bytes OLD = Bytes.wrap(new byte[] {1});
    private static final Bytes NEW = Bytes.wrap(new byte[] {2, 2});

    private final SimulatedDisk disk = new SimulatedDisk();

    @Test
    void whatWasWrittenIsThereAfterALossOfPower() throws Exception {
        file().write(OLD);

        disk.losePower(LOSES_EVERYTHING);

        assertThat(file().read()).contains(OLD);
    }

    @Test
    void whatIsReadAfterTheEndOfAProcessIsThereAfterALossOfPower() throws Exception {
        SealedFile written = file();
        written.write(OLD);
        disk.listen(call -> {
            if (call.kind() == DiskCall.Kind.SYNC_DIRECTORY) {
                throw new DiskCall.PowerLoss();
            }
        });
        assertThatThrownBy(() -> written.write(NEW)).isInstanceOf(DiskCall.PowerLoss.class);
        disk.killProcess();

        assertThat(file().read()).contains(NEW);
        disk.losePower(LOSES_EVERYTHING);

        assertThat(file().read()).contains(NEW);
    }

    private SealedFile file() throws DiskException {
        return new SealedFile(disk, "folder", "file");
    }
}

package io.ostraka.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.runtime.storage.NodeDirectoryException.Reason;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.SharedLog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Identity, start counter and descriptors, over crashes and on directories that are not this node's to use. */
@NullMarked
final class NodeDirectoryTest {

    private static final ReplicaDescriptor DESCRIPTOR = new ReplicaDescriptor(
            new GroupId(101, 7),
            new ReplicaId(42),
            Membership.of(new ReplicaId(42), new ReplicaId(43), new ReplicaId(44)),
            false);

    private final SimulatedDisk disk = new SimulatedDisk();

    private NodeDirectory open() throws DiskException, NodeDirectoryException {
        return NodeDirectory.open(disk, new SplittableRandom(5));
    }

    private static void assertRefused(Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        NodeDirectoryException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void theIdStaysAndTheStartCounterGrowsOverRestarts() throws Exception {
        NodeId id;
        long start;
        try (NodeDirectory first = open()) {
            id = first.nodeId();
            assertThat(id.value()).isPositive();
            start = first.startCounter();
            assertThat(start).isPositive();
        }
        disk.losePower(new LosesEverything());
        try (NodeDirectory second = open()) {
            assertThat(second.nodeId()).isEqualTo(id);
            assertThat(second.startCounter()).isGreaterThan(start);
        }
    }

    @Test
    void aDirectoryBelongsToOneClusterForGood() throws Exception {
        try (NodeDirectory directory = open()) {
            assertThat(directory.clusterId()).isZero();
            directory.joinCluster(0xabcL);
            directory.joinCluster(0xabcL);
        }
        disk.losePower(new LosesEverything());
        try (NodeDirectory directory = open()) {
            assertThat(directory.clusterId()).isEqualTo(0xabcL);
            assertRefused(Reason.OTHER_CLUSTER, () -> directory.joinCluster(0xdefL));
        }
    }

    @Test
    void aLockedDirectoryIsRefusedUntilItsHolderCloses() throws Exception {
        NodeDirectory holder = open();
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        DiskException.class, e -> assertThat(e.reason()).isEqualTo(DiskException.Reason.LOCKED));
        holder.close();
        open().close();
    }

    @Test
    void whatAProcessFindsOfOneThatDiedHoldsAfterALossOfPower() throws Exception {
        try (NodeDirectory directory = open()) {
            disk.listen(call -> {
                if (call.kind() == DiskCall.Kind.SYNC_DIRECTORY) {
                    throw new DiskCall.PowerLoss();
                }
            });
            assertThatThrownBy(() -> directory.put(DESCRIPTOR)).isInstanceOf(DiskCall.PowerLoss.class);
            disk.killProcess();
        }
        try (NodeDirectory directory = open()) {
            assertThat(directory.replicas()).containsExactly(DESCRIPTOR);
        }
        disk.losePower(new LosesEverything());
        try (NodeDirectory directory = open()) {
            assertThat(directory.replicas()).containsExactly(DESCRIPTOR);
        }
    }

    @Test
    void descriptorsSurviveWithTheirMembership() throws Exception {
        try (NodeDirectory directory = open()) {
            directory.put(DESCRIPTOR);
            directory.put(DESCRIPTOR.asRecorded());
        }
        disk.losePower(new LosesEverything());
        try (NodeDirectory directory = open()) {
            assertThat(directory.replicas()).containsExactly(DESCRIPTOR.asRecorded());
            directory.remove(DESCRIPTOR.replica());
        }
        disk.losePower(new LosesEverything());
        try (NodeDirectory directory = open()) {
            assertThat(directory.replicas()).isEmpty();
        }
    }

    @Test
    void aCrashAtAnyCallLeavesTheOldOrTheNewDescriptor() throws Exception {
        for (int crashAt = 0; crashAt < 12; crashAt++) {
            SimulatedDisk fresh = new SimulatedDisk();
            SplittableRandom random = new SplittableRandom(crashAt);
            NodeDirectory directory = NodeDirectory.open(fresh, random);
            directory.put(DESCRIPTOR);
            int[] left = {crashAt};
            fresh.listen(_ -> {
                if (left[0]-- == 0) {
                    throw new DiskCall.PowerLoss();
                }
            });
            try {
                directory.put(DESCRIPTOR.asRecorded());
            } catch (DiskCall.PowerLoss e) {
                assertThat(left[0]).isNegative();
            }
            fresh.losePower(random);
            assertThat(NodeDirectory.open(fresh, random).replicas())
                    .isIn(List.of(DESCRIPTOR), List.of(DESCRIPTOR.asRecorded()));
        }
    }

    @Test
    void aNewerFormatIsRefusedByName() throws Exception {
        open().close();
        disk.delete("node");
        try (var file = disk.create("node")) {
            file.write(0, ByteBuffer.wrap("ostraka.format=99\nwhat=ever\n".getBytes(StandardCharsets.UTF_8)));
        }
        assertRefused(Reason.NEWER_FORMAT, this::open);
    }

    @Test
    void everyFlippedBitOfTheIdentityIsNoticed() throws Exception {
        open().close();
        int size = disk.contents("node").length;
        for (int offset = 0; offset < size; offset++) {
            SimulatedDisk damaged = disk.copy();
            damaged.flip("node", offset, 1 << (offset % 7));
            assertThatThrownBy(() -> NodeDirectory.open(damaged, new SplittableRandom(5)))
                    .as("byte %d", offset)
                    .isInstanceOf(NodeDirectoryException.class);
        }
        disk.truncate("node", 0);
        assertRefused(Reason.DAMAGED, this::open);
    }

    @Test
    void everyFlippedBitOfADescriptorIsNoticedAndTheFileNamed() throws Exception {
        try (NodeDirectory directory = open()) {
            directory.put(DESCRIPTOR);
        }
        String file = disk.files().stream()
                .filter(name -> name.startsWith("replicas/"))
                .findFirst()
                .orElseThrow();
        for (int bit = 0; bit < disk.contents(file).length * Byte.SIZE; bit++) {
            SimulatedDisk damaged = disk.copy();
            damaged.flip(file, bit / Byte.SIZE, 1 << (bit % Byte.SIZE));
            assertThatThrownBy(() -> NodeDirectory.open(damaged, new SplittableRandom(5)))
                    .as("bit %d", bit)
                    .isInstanceOf(NodeDirectoryException.class)
                    .hasMessageContaining(file);
        }
    }

    @Test
    void aUsedDirectoryWithoutIdentityIsNoNewNode() throws Exception {
        open().close();
        SharedLog.open(disk, LogOptions.DEFAULT.withSegmentBytes(8192)).log().close();
        disk.delete("node");
        assertRefused(Reason.DAMAGED, this::open);
    }

    @Test
    void aDescriptorUnderAnotherNameIsDamage() throws Exception {
        try (NodeDirectory directory = open()) {
            directory.put(DESCRIPTOR);
        }
        disk.rename("replicas/000000000000002a", "replicas/000000000000002b");
        assertRefused(Reason.DAMAGED, this::open);
    }
}

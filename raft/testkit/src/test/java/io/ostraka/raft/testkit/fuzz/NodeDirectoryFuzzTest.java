package io.ostraka.raft.testkit.fuzz;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.DiskFile;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.testkit.disk.SimulatedDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Any bytes in the file of a node's identity and in a replica's descriptor. */
@NullMarked
final class NodeDirectoryFuzzTest {

    private static final String NODE = "node";
    private static final String DESCRIPTOR = "replicas/0000000000000005";

    @Test
    void aDirectoryOfAnyBytesIsOpenedOrRefused() {
        Fuzzing.run(Opening.class, 5_000, "opened", "DAMAGED", "NEWER_FORMAT");
    }

    /** An input is one file: its first byte says which, the rest is its content. */
    static final class Opening implements FuzzTarget {

        private final SimulatedDisk whole = whole();

        @Override
        public List<byte[]> seeds() {
            List<byte[]> seeds = new ArrayList<>();
            for (String file : List.of(NODE, DESCRIPTOR)) {
                byte[] content = whole.contents(file);
                byte[] seed = new byte[content.length + 1];
                seed[0] = (byte) (file.equals(NODE) ? 0 : 1);
                System.arraycopy(content, 0, seed, 1, content.length);
                seeds.add(seed);
            }
            return seeds;
        }

        @Override
        public String run(byte[] input) throws DiskException {
            SimulatedDisk disk = whole.copy();
            if (input.length > 0) {
                replace(disk, input[0] % 2 == 0 ? NODE : DESCRIPTOR, Arrays.copyOfRange(input, 1, input.length));
            }
            try (NodeDirectory opened = NodeDirectory.open(disk, new SplittableRandom(2))) {
                return "opened with " + opened.replicas().size();
            } catch (NodeDirectoryException refused) {
                return refused.reason() + " " + refused.getMessage();
            }
        }

        @Override
        public byte[] sealed(byte[] input) {
            String text = new String(input, StandardCharsets.UTF_8);
            int at = text.lastIndexOf("crc32c=");
            if (at < 1) {
                return input;
            }
            CRC32C crc = new CRC32C();
            crc.update(text.substring(1, at).getBytes(StandardCharsets.UTF_8));
            String sealed = text.substring(0, at) + "crc32c=" + String.format("%08x", crc.getValue()) + "\n";
            return sealed.getBytes(StandardCharsets.UTF_8);
        }

        private static void replace(SimulatedDisk disk, String name, byte[] content) throws DiskException {
            disk.delete(name);
            try (DiskFile file = disk.create(name)) {
                file.write(0, ByteBuffer.wrap(content));
            }
        }
    }

    private static SimulatedDisk whole() {
        SimulatedDisk disk = new SimulatedDisk();
        try (NodeDirectory directory = NodeDirectory.open(disk, new SplittableRandom(1))) {
            directory.joinCluster(77);
            directory.put(new ReplicaDescriptor(
                    new GroupId(3, 1),
                    new ReplicaId(5),
                    Membership.of(new ReplicaId(5), new ReplicaId(6), new ReplicaId(7)),
                    true));
        } catch (DiskException | NodeDirectoryException e) {
            throw new AssertionError(e);
        }
        return disk;
    }
}

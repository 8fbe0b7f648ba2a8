package io.ostraka.shardctrler.machine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.controller.log.ControllerEntry;
import io.ostraka.proto.controller.log.ControllerImage;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.DiskFile;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.testkit.disk.SimulatedDisk;
import io.ostraka.raft.testkit.fuzz.FuzzTarget;
import io.ostraka.raft.testkit.fuzz.Fuzzing;
import io.ostraka.shardctrler.codec.CommandCodec;
import io.ostraka.shardctrler.codec.CommandCodec.Decoded;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.codec.MalformedImageException;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Claim;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerCommand.RaiseLevel;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.RequestId;
import io.ostraka.shardctrler.command.Restore;
import io.ostraka.shardctrler.state.BusyClusters;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.Transition;
import io.ostraka.shardctrler.state.Transitions;
import io.ostraka.shardctrler.watch.ConfigFeed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Any bytes as an entry of the controllers' log, as their image, and as the file that holds it. */
@NullMarked
final class ControllerFuzzTest {

    @Test
    void anyEntryIsAppliedOrRefusedAndLeavesAStateThatCanBeWritten() {
        Fuzzing.run(Applying.class, 1_000, "Done", "Refused", "malformed");
    }

    @Test
    void anyImageIsDecodedToWhatEncodesTheSameOrIsMalformed() {
        Fuzzing.run(Decoding.class, 1_000, "decoded", "malformed");
    }

    @Test
    void aStateFileOfAnyBytesIsOpenedOrRefused() {
        Fuzzing.run(Opening.class, 1_500, "opened", "DAMAGED", "NEWER_FORMAT");
    }

    /** The entry meets every state of {@link BusyClusters}, and what it makes of it meets the entry once more. */
    static final class Applying implements FuzzTarget {

        private final List<ControllerState> states = BusyClusters.states();

        @Override
        public List<byte[]> seeds() {
            return commands().stream()
                    .map(command -> CommandCodec.encode(command).toByteArray())
                    .toList();
        }

        @Override
        public Message shape() {
            return ControllerEntry.getDefaultInstance();
        }

        @Override
        public String run(byte[] input) {
            return switch (CommandCodec.decode(Bytes.wrap(input))) {
                case Decoded.Malformed malformed -> "malformed: " + malformed.why();
                case Decoded.Command decoded -> apply(decoded.command());
            };
        }

        private String apply(ControllerCommand command) {
            assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(new Decoded.Command(command));
            StringBuilder results = new StringBuilder();
            for (ControllerState state : states) {
                Transition transition = Transitions.apply(state, command);
                results.insert(0, words(transition.result()) + "; ");
                if (transition.result() instanceof ControllerResult.Done) {
                    assertThat(ImageCodec.decode(ImageCodec.encode(transition.state())))
                            .isEqualTo(transition.state());
                    Transitions.apply(transition.state(), command);
                }
            }
            return results.toString();
        }

        private static String words(ControllerResult result) {
            return switch (result) {
                case ControllerResult.Done _ -> "Done";
                case ControllerResult.Unchanged _ -> "Unchanged";
                case ControllerResult.Refused refused -> "Refused " + refused.reason();
            };
        }

        @Override
        public long allocationMax(int inputBytes) {
            // Each state is encoded and decoded; a new cluster has up to 16,384 shards.
            return (64L << 20) + 2_048L * inputBytes;
        }
    }

    private static List<ControllerCommand> commands() {
        List<ControllerCommand> commands = new ArrayList<>();
        List<Change> changes = List.of(
                new Change.Join(List.of(
                        new Change.JoiningGroup(4, List.of("n1:1", "n2:1", "n3:1"), 2),
                        new Change.JoiningGroup(5, List.of("n4:1"), 0))),
                new Change.Leave(List.of(1L)),
                new Change.Move(1, 3),
                new Change.Unpin(List.of(0, 1)),
                new Change.Undo(2),
                new Change.Recover(2, 3, 1),
                new Change.Forget(1),
                new Change.Resume(List.of(new GroupRef(1, 2))));
        changes.forEach(change -> commands.add(new Administer(new RequestId(8, commands.size() + 1), 0, change)));
        for (ControllerState state : BusyClusters.states()) {
            ClusterConfig config = state.config();
            if (config == null) {
                continue;
            }
            commands.add(new Initialise(
                    78,
                    config.shardCount(),
                    List.of(new ControllerMember(1L << 61, 6, "ctrl:1")),
                    2,
                    new Restore(
                            config, state.registry().nodes(), state.registry().nextReplicaId(), 1_800_000_000L)));
            config.groups()
                    .keySet()
                    .forEach(group -> commands.add(new Report(List.of(), List.of(new Claim(group, 0)), List.of())));
        }
        commands.add(new Initialise(77, 8, List.of(new ControllerMember(1L << 62, 5, "ctrl:1")), 1));
        commands.add(new RegisterNode(9, "n9:1", 3, 2));
        commands.add(new RaiseLevel(2));
        return commands;
    }

    static final class Decoding implements FuzzTarget {

        @Override
        public List<byte[]> seeds() {
            return BusyClusters.states().stream()
                    .map(state -> ImageCodec.encode(state).toByteArray())
                    .toList();
        }

        @Override
        public Message shape() {
            return ControllerImage.getDefaultInstance();
        }

        @Override
        public String run(byte[] input) {
            ControllerState state;
            try {
                state = ImageCodec.decode(Bytes.wrap(input));
            } catch (MalformedImageException malformed) {
                return "malformed: " + malformed.getMessage();
            }
            assertThat(ImageCodec.decode(ImageCodec.encode(state))).isEqualTo(state);
            ConfigFeed.of(state.config());
            return "decoded";
        }

        @Override
        public long allocationMax(int inputBytes) {
            return (8L << 20) + 2_048L * inputBytes;
        }
    }

    static final class Opening implements FuzzTarget {

        private static final Membership SOLE = Membership.of(new ReplicaId(1L << 62));
        private static final String FILE = "controller/state";

        @Override
        public List<byte[]> seeds() {
            return BusyClusters.states().stream().map(Opening::file).toList();
        }

        private static byte[] file(ControllerState state) {
            SimulatedDisk disk = new SimulatedDisk();
            try {
                new ControllerImageFile(disk, ControllerStateMachine.FOLDER)
                        .write(new ControllerImageFile.Image(state, new AppliedState(new LogPosition(9, 2), SOLE)));
            } catch (DiskException e) {
                throw new AssertionError(e);
            }
            return disk.contents(FILE);
        }

        @Override
        public String run(byte[] input) throws DiskException {
            SimulatedDisk disk = new SimulatedDisk();
            disk.createFolder(ControllerStateMachine.FOLDER);
            try (DiskFile file = disk.create(FILE)) {
                file.write(0, ByteBuffer.wrap(input));
            }
            try {
                ControllerStateMachine machine = ControllerStateMachine.open(disk, SOLE, () -> {});
                machine.flush();
                return "opened " + (machine.published().state().config() == null ? "empty" : "founded");
            } catch (NodeDirectoryException refused) {
                return refused.reason() + " " + refused.getMessage();
            }
        }

        @Override
        public byte[] sealed(byte[] input) {
            int header = 20;
            if (input.length >= header) {
                ByteBuffer file = ByteBuffer.wrap(input);
                file.putLong(12, input.length - header);
                CRC32C crc = new CRC32C();
                crc.update(input, 12, input.length - 12);
                file.putInt(8, (int) crc.getValue());
            }
            return input;
        }

        @Override
        public long allocationMax(int inputBytes) {
            return (8L << 20) + 2_048L * inputBytes;
        }
    }
}

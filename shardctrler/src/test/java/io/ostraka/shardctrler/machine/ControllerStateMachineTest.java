package io.ostraka.shardctrler.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.proto.Feature;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.storage.FileDisk;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.shardctrler.codec.CommandCodec;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Change.JoiningGroup;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.RequestId;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.Transitions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControllerStateMachineTest {

    private static final Membership SOLE = Membership.of(new ReplicaId(1L << 62));

    private final Path directory;
    private final List<Entry> log = new ArrayList<>();
    private final List<ControllerResult> results = new ArrayList<>();
    private ControllerStateMachine machine;

    ControllerStateMachineTest(@TempDir Path directory) {
        this.directory = directory;
        machine = open(directory);
    }

    @Test
    void historyIsNeverReplayedOnAStateThatContainsIt() {
        // D2, H9: join, join, leave, restart; the numbers must stay what they were.
        found();
        apply(join(1));
        apply(join(2));
        machine.flush();
        apply(leave(1));
        ControllerState before = machine.published().state();

        machine = open(directory);
        assertThat(machine.durable().position())
                .isEqualTo(log.get(log.size() - 2).position());
        assertThatThrownBy(() -> machine.apply(log, (index, result) -> {})).isInstanceOf(IllegalStateException.class);
        machine.apply(log.subList(log.size() - 1, log.size()), (index, result) -> {});

        assertThat(machine.published().state()).isEqualTo(before);
        assertThat(before.query(-1).orElseThrow().num()).isEqualTo(3);
    }

    @Test
    void stateThatWasNeverFlushedComesBackFromTheWholeLog() {
        found();
        apply(join(1));
        ControllerState before = machine.published().state();

        machine = open(directory);
        assertThat(machine.durable()).isEqualTo(new AppliedState(LogPosition.ZERO, SOLE));
        machine.apply(log, (index, result) -> {});

        assertThat(machine.published().state()).isEqualTo(before);
    }

    @Test
    void anyBytesHaveADeterministicResultAndNoEffect() {
        found();
        ControllerState before = machine.published().state();

        apply(EntryType.COMMAND, Bytes.utf8("poison"));
        apply(EntryType.COMMAND, Bytes.EMPTY);
        apply(EntryType.NO_OP, Bytes.EMPTY);

        assertThat(results.subList(results.size() - 2, results.size()))
                .allSatisfy(result -> assertThat(result).isInstanceOf(ControllerResult.Refused.class));
        assertThat(machine.published().state()).isEqualTo(before);
        assertThat(machine.published().applied().position().index()).isEqualTo(log.size());
    }

    @Test
    void snapshotCarriesEverythingAndSurvivesTheCrashAfterItsInstallation(@TempDir Path other) throws IOException {
        found();
        apply(join(1));
        apply(join(2));
        ControllerStateMachine lagging = open(other);

        AppliedState installed = install(lagging, machine.openSnapshot());

        assertThat(lagging.published().state()).isEqualTo(machine.published().state());
        assertThat(lagging.durable()).isEqualTo(installed);
        assertThat(open(other).published().state())
                .isEqualTo(machine.published().state());
        assertThat(lagging.flush()).isEqualTo(installed);
    }

    @Test
    void brokenSnapshotLeavesTheStateAsItWas() {
        found();
        ControllerState before = machine.published().state();
        SnapshotHeader header = new SnapshotHeader(new LogPosition(50, 2), SOLE);

        SnapshotWriter garbage = machine.beginInstall(header);
        garbage.write(new SnapshotChunk(0, Bytes.utf8("garbage")));
        assertThatThrownBy(garbage::commit).isInstanceOf(InvalidSnapshotException.class);
        SnapshotWriter gap = machine.beginInstall(header);
        assertThatThrownBy(() -> gap.write(new SnapshotChunk(1, Bytes.EMPTY)))
                .isInstanceOf(InvalidSnapshotException.class);

        assertThat(machine.published().state()).isEqualTo(before);
    }

    @Test
    void damagedStateFileIsRefusedAndSaysWhatToDo() throws IOException {
        found();
        machine.flush();
        Path file = directory.resolve("controller").resolve("state");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> ControllerStateMachine.open(FileDisk.at(directory), SOLE, () -> {}))
                .isInstanceOf(NodeDirectoryException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void stateFileOfANewerVersionIsRefused() throws IOException {
        found();
        machine.flush();
        Path file = directory.resolve("controller").resolve("state");
        byte[] bytes = Files.readAllBytes(file);
        bytes[7] = 2;
        Files.write(file, bytes);

        assertThatThrownBy(() -> ControllerStateMachine.open(FileDisk.at(directory), SOLE, () -> {}))
                .isInstanceOfSatisfying(
                        NodeDirectoryException.class,
                        e -> assertThat(e.reason()).isEqualTo(NodeDirectoryException.Reason.NEWER_FORMAT));
    }

    @Test
    void controllerStopsAtALevelThatItDoesNotKnowAndDoesNotOpenSuchAState() throws IOException {
        Initialise newer =
                new Initialise(7, 4, List.of(new ControllerMember(1L << 62, 5, "c:1")), Feature.NEWEST_LEVEL + 1);
        assertThatThrownBy(() -> apply(newer))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("newer version");

        new ControllerImageFile(FileDisk.at(directory), ControllerStateMachine.FOLDER)
                .write(new ControllerImageFile.Image(
                        Transitions.apply(ControllerState.EMPTY, newer).state(),
                        new AppliedState(new LogPosition(1, 1), SOLE)));

        assertThatThrownBy(() -> ControllerStateMachine.open(FileDisk.at(directory), SOLE, () -> {}))
                .isInstanceOfSatisfying(NodeDirectoryException.class, e -> {
                    assertThat(e.reason()).isEqualTo(NodeDirectoryException.Reason.NEWER_FORMAT);
                    assertThat(e).hasMessageContaining("newer version");
                });
    }

    private static ControllerStateMachine open(Path root) {
        try {
            return ControllerStateMachine.open(FileDisk.at(root), SOLE, () -> {});
        } catch (IOException | NodeDirectoryException e) {
            throw new AssertionError(e);
        }
    }

    private void found() {
        apply(new Initialise(7, 4, List.of(new ControllerMember(1L << 62, 5, "c:1")), 1));
        apply(new RegisterNode(1, "n1:1", 1, 1));
    }

    private static ControllerCommand join(long gid) {
        return new Administer(
                new RequestId(gid, 1), 0, new Change.Join(List.of(new JoiningGroup(gid, List.of("n1:1"), 0))));
    }

    private static ControllerCommand leave(long gid) {
        return new Administer(new RequestId(gid, 2), 0, new Change.Leave(List.of(gid)));
    }

    private void apply(ControllerCommand command) {
        apply(EntryType.COMMAND, CommandCodec.encode(command));
    }

    private void apply(EntryType type, Bytes payload) {
        Entry entry = new Entry(log.size() + 1, 1, type, payload);
        log.add(entry);
        machine.apply(List.of(entry), (index, result) -> {
            assertThat(index).isEqualTo(entry.index());
            results.add(result);
        });
    }

    private static AppliedState install(ControllerStateMachine to, SnapshotReader from) {
        try (from) {
            SnapshotWriter writer = to.beginInstall(new SnapshotHeader(from.position(), from.membership()));
            for (long sequence = 0; ; sequence++) {
                SnapshotChunk chunk = from.read(sequence);
                if (chunk == null) {
                    return writer.commit();
                }
                writer.write(chunk);
            }
        }
    }
}

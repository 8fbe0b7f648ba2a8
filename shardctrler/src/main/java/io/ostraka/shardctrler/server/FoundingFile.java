package io.ostraka.shardctrler.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.controller.InitialiseRequest;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.shardctrler.codec.CommandWire;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.machine.ControllerStateMachine;
import io.ostraka.shardctrler.machine.SealedFile;
import java.util.Optional;

/**
 * What a controller was told when the cluster was founded: cluster id, number of shards, and all controllers. Written
 * once.
 */
final class FoundingFile {

    private final SealedFile file;

    FoundingFile(Disk disk) throws DiskException {
        file = new SealedFile(disk, ControllerStateMachine.FOLDER, "founding");
    }

    Optional<Initialise> read() throws DiskException, NodeDirectoryException {
        Optional<Bytes> content = file.read();
        if (content.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(CommandWire.fromWire(
                    InitialiseRequest.parseFrom(content.get().asByteBuffer())));
        } catch (InvalidProtocolBufferException | MalformedConfigException e) {
            throw file.damaged("it holds no founding record");
        }
    }

    void write(Initialise founding) throws DiskException {
        file.write(Bytes.wrap(CommandWire.toWire(founding).toByteArray()));
    }
}

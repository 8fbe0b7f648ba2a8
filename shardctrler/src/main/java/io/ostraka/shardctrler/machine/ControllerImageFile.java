package io.ostraka.shardctrler.machine;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.codec.MalformedImageException;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.FeatureLevels;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The file that holds a controller's state together with the log position that it was taken at. */
final class ControllerImageFile {

    private static final int MEMBERS_MAX = 1_000;

    private final SealedFile file;

    ControllerImageFile(Disk disk, String folder) throws DiskException {
        file = new SealedFile(disk, folder, "state");
    }

    /**
     * A state and the position that it belongs to.
     *
     * @param state the state
     * @param applied position and membership
     */
    record Image(ControllerState state, AppliedState applied) {}

    void write(Image image) throws DiskException {
        Bytes state = ImageCodec.encode(image.state());
        Membership membership = image.applied().membership();
        int ids = membership.voters().size()
                + membership.learners().size()
                + membership.outgoingVoters().size();
        ByteBuffer buffer = ByteBuffer.allocate(2 * Long.BYTES + 3 * Integer.BYTES + ids * Long.BYTES + state.size());
        buffer.putLong(image.applied().position().index());
        buffer.putLong(image.applied().position().term());
        put(buffer, membership.voters());
        put(buffer, membership.learners());
        put(buffer, membership.outgoingVoters());
        state.copyTo(buffer);
        file.write(Bytes.wrap(buffer.array()));
    }

    Optional<Image> read() throws DiskException, NodeDirectoryException {
        Optional<Bytes> content = file.read();
        if (content.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer buffer = content.get().asByteBuffer();
        try {
            LogPosition position = new LogPosition(buffer.getLong(), buffer.getLong());
            Membership membership = new Membership(ids(buffer), ids(buffer), ids(buffer));
            ControllerState state = ImageCodec.decode(
                    content.get().slice(buffer.position(), content.get().size()));
            String newer = FeatureLevels.problemOf(state);
            if (newer != null) {
                throw new NodeDirectoryException(NodeDirectoryException.Reason.NEWER_FORMAT, newer);
            }
            return Optional.of(new Image(state, new AppliedState(position, membership)));
        } catch (BufferUnderflowException | MalformedImageException e) {
            throw file.damaged(String.valueOf(e.getMessage()));
        }
    }

    private static void put(ByteBuffer buffer, List<ReplicaId> ids) {
        buffer.putInt(ids.size());
        ids.forEach(id -> buffer.putLong(id.value()));
    }

    private static List<ReplicaId> ids(ByteBuffer buffer) {
        int count = buffer.getInt();
        if (count < 0 || count > MEMBERS_MAX) {
            throw new MalformedImageException("a membership of " + count);
        }
        List<ReplicaId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(new ReplicaId(buffer.getLong()));
        }
        return ids;
    }
}

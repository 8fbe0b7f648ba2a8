package io.ostraka.shardctrler.machine;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.state.ControllerState;
import org.jspecify.annotations.Nullable;

/** A state, which is immutable and so pinned by being held, as chunks; encoded when the first is read. */
final class ImageReader implements SnapshotReader {

    private final ControllerState state;
    private final AppliedState applied;
    private @Nullable Bytes encoded;

    ImageReader(ControllerState state, AppliedState applied) {
        this.state = state;
        this.applied = applied;
    }

    @Override
    public LogPosition position() {
        return applied.position();
    }

    @Override
    public Membership membership() {
        return applied.membership();
    }

    @Override
    public @Nullable SnapshotChunk read(long sequence) {
        Bytes bytes = encoded == null ? ImageCodec.encode(state) : encoded;
        encoded = bytes;
        long from = sequence * SnapshotChunk.BYTES_MAX;
        if (sequence < 0 || from >= bytes.size()) {
            return null;
        }
        int to = (int) Math.min(from + SnapshotChunk.BYTES_MAX, bytes.size());
        return new SnapshotChunk(sequence, bytes.slice((int) from, to));
    }

    @Override
    public void close() {
        encoded = null;
    }
}

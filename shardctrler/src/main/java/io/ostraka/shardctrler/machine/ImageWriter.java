package io.ostraka.shardctrler.machine;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.codec.MalformedImageException;
import io.ostraka.shardctrler.state.ControllerState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Collects the chunks of a snapshot, and installs them once they are whole. */
final class ImageWriter implements SnapshotWriter {

    private static final long BYTES_MAX = 1L << 30;

    private final SnapshotHeader header;
    private final BiFunction<ControllerState, AppliedState, AppliedState> install;
    private final List<Bytes> chunks = new ArrayList<>();
    private long size;

    ImageWriter(SnapshotHeader header, BiFunction<ControllerState, AppliedState, AppliedState> install) {
        this.header = header;
        this.install = install;
    }

    @Override
    public void write(SnapshotChunk chunk) {
        if (chunk.sequence() != chunks.size()) {
            throw new InvalidSnapshotException(
                    "chunk " + chunk.sequence() + " came where " + chunks.size() + " was due");
        }
        size += chunk.data().size();
        if (size > BYTES_MAX) {
            throw new InvalidSnapshotException("a controller's snapshot has at most " + BYTES_MAX + " bytes");
        }
        chunks.add(chunk.data());
    }

    @Override
    public AppliedState commit() {
        byte[] whole = new byte[(int) size];
        int offset = 0;
        for (Bytes chunk : chunks) {
            chunk.copyTo(whole, offset);
            offset += chunk.size();
        }
        ControllerState state;
        try {
            state = ImageCodec.decode(Bytes.wrap(whole));
        } catch (MalformedImageException e) {
            throw new InvalidSnapshotException(String.valueOf(e.getMessage()));
        }
        return install.apply(state, new AppliedState(header.position(), header.membership()));
    }

    @Override
    public void abort() {
        chunks.clear();
    }
}

package io.ostraka.shardctrler.machine;

import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.ResultSink;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.shardctrler.codec.CommandCodec;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.FeatureLevels;
import io.ostraka.shardctrler.state.Transition;
import io.ostraka.shardctrler.state.Transitions;
import io.ostraka.shardctrler.watch.ConfigFeed;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A controller's replica of the plan. The state is an immutable value that is published after each batch of entries, so
 * anyone may read it at any time; what is durable of it is one file, replaced by each flush, with the log position
 * inside. A restart goes on from that position: no entry is ever applied on a state that contains it.
 */
public final class ControllerStateMachine implements StateMachine<ControllerResult> {

    /** The folder of the data directory that holds what is the controller's own. */
    public static final String FOLDER = "controller";

    private final ControllerImageFile file;
    private final Runnable onChange;
    private final ReentrantLock fileLock = new ReentrantLock();
    private volatile Published published;
    private volatile AppliedState durable;

    /**
     * What is published: a state, where in the log it is, and what followers are told.
     *
     * @param state the state
     * @param applied position of the last entry in it
     * @param feed the configuration for followers
     */
    public record Published(ControllerState state, AppliedState applied, ConfigFeed feed) {}

    private ControllerStateMachine(ControllerImageFile file, ControllerImageFile.Image image, Runnable onChange) {
        this.file = file;
        this.onChange = onChange;
        durable = image.applied();
        published = new Published(
                image.state(), image.applied(), ConfigFeed.of(image.state().config()));
    }

    /**
     * Reads the state that was last flushed.
     *
     * @param founding the membership that the group was founded with, where nothing was flushed yet
     * @param onChange called after something was published, by the thread that applies; must neither block nor throw
     * @throws NodeDirectoryException if the file is damaged, or a newer version wrote it
     */
    public static ControllerStateMachine open(Disk disk, Membership founding, Runnable onChange)
            throws DiskException, NodeDirectoryException {
        ControllerImageFile file = new ControllerImageFile(disk, FOLDER);
        ControllerImageFile.Image image = file.read()
                .orElseGet(() -> new ControllerImageFile.Image(
                        ControllerState.EMPTY, new AppliedState(LogPosition.ZERO, founding)));
        return new ControllerStateMachine(file, image, onChange);
    }

    /** What was last published. Any thread. */
    public Published published() {
        return published;
    }

    @Override
    public AppliedState durable() {
        return durable;
    }

    @Override
    public void apply(List<Entry> entries, ResultSink<ControllerResult> results) {
        Published before = published;
        ControllerState state = before.state();
        AppliedState applied = before.applied();
        List<ConfigDelta> deltas = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.index() != applied.position().index() + 1) {
                throw new IllegalStateException("entry " + entry.position() + " does not follow " + applied.position());
            }
            applied = new AppliedState(entry.position(), applied.membership());
            switch (entry.type()) {
                case NO_OP, MEMBERSHIP -> {}
                case COMMAND -> {
                    Transition transition = apply(state, entry.payload());
                    state = transition.state();
                    if (transition.delta() != null) {
                        deltas.add(transition.delta());
                    }
                    results.result(entry.index(), transition.result());
                }
            }
        }
        String problem = FeatureLevels.problemOf(state);
        if (problem != null) {
            throw new IllegalStateException(problem);
        }
        boolean founded = before.state().config() == null && state.config() != null;
        ConfigFeed feed = founded
                ? ConfigFeed.of(state.config())
                : deltas.isEmpty() ? before.feed() : before.feed().and(deltas, state.config());
        published = new Published(state, applied, feed);
        if (founded || !deltas.isEmpty()) {
            onChange.run();
        }
    }

    private static Transition apply(ControllerState state, Bytes payload) {
        return switch (CommandCodec.decode(payload)) {
            case CommandCodec.Decoded.Command decoded -> Transitions.apply(state, decoded.command());
            case CommandCodec.Decoded.Malformed malformed ->
                new Transition(state, new ControllerResult.Refused(Reason.MALFORMED, malformed.why()), null);
        };
    }

    @Override
    public void leaderChanged(LeadershipEvent event) {
        onChange.run();
    }

    @Override
    public SnapshotReader openSnapshot() {
        Published now = published;
        return new ImageReader(now.state(), now.applied());
    }

    @Override
    public SnapshotWriter beginInstall(SnapshotHeader header) {
        return new ImageWriter(header, this::install);
    }

    /** Called by the apply thread, which waits for a flush that is under way. */
    private AppliedState install(ControllerState state, AppliedState applied) {
        String problem = FeatureLevels.problemOf(state);
        if (problem != null) {
            throw new IllegalStateException(problem);
        }
        fileLock.lock();
        try {
            write(new ControllerImageFile.Image(state, applied));
            published = new Published(state, applied, ConfigFeed.of(state.config()));
        } finally {
            fileLock.unlock();
        }
        onChange.run();
        return applied;
    }

    @Override
    public AppliedState flush() {
        fileLock.lock();
        try {
            Published now = published;
            if (now.applied().position().index() > durable.position().index()) {
                write(new ControllerImageFile.Image(now.state(), now.applied()));
            }
            return durable;
        } finally {
            fileLock.unlock();
        }
    }

    private void write(ControllerImageFile.Image image) {
        try {
            file.write(image);
            durable = image.applied();
        } catch (DiskException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        // Everything is in memory, and the file is open only while it is written.
    }
}

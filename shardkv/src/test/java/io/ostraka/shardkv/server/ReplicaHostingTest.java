package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.inprocess.InProcessChannelBuilder;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import io.ostraka.raft.testkit.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A node's replicas over its starts, with its real directory and log on a simulated disk (DESIGN section 8). */
class ReplicaHostingTest {

    private static final GroupRef GROUP = new GroupRef(101, 1);
    private static final ReplicaId REPLICA = new ReplicaId(11);

    private final SimulatedDisk disk = new SimulatedDisk();

    @Test
    void aReplicaIsCreatedOnceAndRunsWhenThatIsRecorded() throws Exception {
        try (Start start = new Start()) {
            start.follow(joined(start, false));
            assertThat(start.directory.replicas()).hasSize(1);
            assertThat(start.ran).isEmpty();

            start.follow(joined(start, true));
            assertThat(start.ran).containsExactly(REPLICA);
        }
    }

    /** It may have voted: one that begins from nothing under its id could help a peer that was away to lead. */
    @Test
    void whatANodeRemovedItNeverCreatesAgain_whateverAControllerThatLagsPlans() throws Exception {
        try (Start start = new Start()) {
            start.follow(joined(start, false));
            start.follow(joined(start, true));
            start.follow(gone(start));
            assertThat(start.directory.replicas()).isEmpty();

            start.follow(joined(start, false));
            assertThat(start.directory.replicas()).isEmpty();
            assertThat(start.troubles()).anyMatch(what -> what.contains("does not create it again"));
        }
    }

    @Test
    void whatANodeRemovedItNeverCreatesAgain_alsoAfterARestart() throws Exception {
        try (Start start = new Start()) {
            start.follow(joined(start, false));
            start.follow(joined(start, true));
            start.follow(gone(start));
        }
        disk.killProcess();
        try (Start start = new Start()) {
            start.follow(joined(start, false));
            assertThat(start.directory.replicas()).isEmpty();
            assertThat(start.troubles()).anyMatch(what -> what.contains("does not create it again"));
        }
    }

    /** The process died between the deletion of the descriptor and the last word in the log. */
    @Test
    void aRemovalThatBrokeOffIsARemoval() throws Exception {
        try (Start start = new Start()) {
            start.follow(joined(start, false));
            start.follow(joined(start, true));
            start.write(new LogWrite.Restart(REPLICA, new LogPosition(5, 1)));
            start.directory.remove(REPLICA);
        }
        disk.killProcess();
        try (Start start = new Start()) {
            start.follow(joined(start, false));
            assertThat(start.directory.replicas()).isEmpty();
            assertThat(start.troubles()).anyMatch(what -> what.contains("does not create it again"));
        }
    }

    @Test
    void aCreationThatBrokeOffGoesOnWithTheLogThatHasBegun() throws Exception {
        try (Start start = new Start()) {
            start.write(new LogWrite.Restart(REPLICA, LogPosition.ZERO));
        }
        disk.killProcess();
        try (Start start = new Start()) {
            start.follow(joined(start, false));
            start.follow(joined(start, true));
            assertThat(start.ran).containsExactly(REPLICA);
        }
    }

    private static ClusterConfig joined(Start start, boolean created) {
        GroupRow row = new GroupRow(
                GROUP,
                false,
                1,
                List.of(new ReplicaRow(REPLICA.value(), start.directory.nodeId().value(), created, false)));
        return changed(ClusterConfig.founded(7, 4), List.of(row), List.of());
    }

    private static ClusterConfig gone(Start start) {
        return changed(joined(start, true), List.of(), List.of(GROUP));
    }

    private static ClusterConfig changed(ClusterConfig before, List<GroupRow> groups, List<GroupRef> removed) {
        ConfigDelta delta = ConfigDelta.extending(
                before, before.num() + 1, new ConfigDelta.Rows(List.of(), groups, removed, List.of()));
        return ((Extension.Extended) before.apply(delta)).config();
    }

    /** The node from a start of its process to its end. */
    private final class Start implements AutoCloseable, LogStore, ReplicaHosting.Runner {

        private final HeldLoop loop = new HeldLoop();
        private final PeerChannels channels = new PeerChannels(address ->
                InProcessChannelBuilder.forName(address).directExecutor().build());
        private final NodeDirectory directory;
        private final SharedLog log;
        private final ReplicaHosting hosting;
        private final List<ReplicaId> ran = new ArrayList<>();

        Start() throws Exception {
            directory = NodeDirectory.open(disk, new SplittableRandom(5));
            Recovery found = SharedLog.open(disk, new LogOptions(64 << 10, 8 << 10, 2, 1));
            log = found.log();
            ControllerLink nobody = new ControllerLink(List.of("no controller"), channels, loop);
            hosting = new ReplicaHosting(new ReplicaHosting.Parts(directory, this, nobody, loop, this), found);
        }

        void follow(ClusterConfig config) {
            hosting.follow(config, true);
            loop.run();
        }

        List<String> troubles() {
            return hosting.troubles().stream().map(ReplicaHosting.Trouble::what).toList();
        }

        void write(LogWrite write) throws DiskException {
            log.write(List.of(write));
            log.force();
        }

        @Override
        public void submit(LogWrite write, Completion completion) {
            try {
                write(write);
            } catch (DiskException e) {
                throw new AssertionError(e);
            }
            completion.durable(write);
        }

        @Override
        public void run(ReplicaDescriptor replica, ReplicaRecovery found, int shards) {
            ran.add(replica.replica());
        }

        @Override
        public void removeData(ReplicaDescriptor replica, Runnable done) {
            loop.execute(done);
        }

        @Override
        public void close() throws DiskException {
            channels.close();
            directory.close();
            log.close();
        }
    }
}

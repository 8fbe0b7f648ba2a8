package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.migration.AgentOptions;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.ShardState;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hand-overs between nodes with real agents, state machines and wire, whose loops run only when the test says so. The
 * source has replicas on two nodes, which share what is applied.
 */
class HandOversTest {

    private static final int SHARD = 1;
    private static final Bytes KEY = GroupFixture.key(SHARD, 0);
    private static final long STEP_MILLIS = 10;
    private static final long RETRY_MILLIS = AgentOptions.DEFAULT.retryNanos() / 1_000_000;

    @TempDir
    private Path directory;

    private final GroupFixture source = new GroupFixture(101, 1);
    private final GroupFixture importer = new GroupFixture(102, 2);
    private HeldNode first;
    private HeldNode second;
    private HeldNode importers;

    @BeforeEach
    void sourceIsLedByItsFirstNode() throws Exception {
        ClusterConfig config = config();
        first = new HeldNode(1, config, directory);
        second = new HeldNode(2, config, directory);
        importers = new HeldNode(3, config, directory);
        first.host(source);
        second.host(source);
        importers.host(importer);
        first.lead(source);
        run(20 * STEP_MILLIS, first);
        for (int i = 0; i < 10; i++) {
            source.write(1, i + 1, SHARD, GroupFixture.put(GroupFixture.key(SHARD, i), "value" + i));
        }
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
        importers.close();
    }

    @Test
    void aShardMovesAndItsSourceCleansUp() {
        importers.lead(importer);

        run(5 * RETRY_MILLIS, first, importers);

        assertThat(importer.state(SHARD)).isEqualTo(new ShardState.Serving(2));
        assertThat(importer.get(SHARD, KEY)).isEqualTo("value0");
        assertThat(source.state(SHARD)).isEqualTo(new ShardState.Absent(2));
    }

    @Test
    void aNodeThatLeadsNothingDoesNothing_andALeaderThatHasNothingToDoRests() {
        assertThat(tasksIn(10_000, second)).isZero();
        tasksIn(5_000, first);
        // Twice a second, and as often as ever for the second after it has reported what shards hold.
        assertThat(tasksIn(10_000, first)).isBetween(20, 50);

        first.follow(source);
        tasksIn(1_000, first);
        assertThat(tasksIn(10_000, first)).isZero();
    }

    @Test
    void whatIsAppliedWakesALeaderThatRests() {
        tasksIn(5_000, first);
        assertThat(tasksIn(500, first)).isEqualTo(1);
        while (tasksIn(1, first) == 0) {
            // Until it has just been asked: then it is left alone for half a second.
        }
        assertThat(tasksIn(60, first)).isZero();

        first.applied();

        assertThat(tasksIn(60, first)).isEqualTo(2);
    }

    private static int tasksIn(long millis, HeldNode node) {
        int before = node.loop().ran();
        node.loop().pass(millis);
        return node.loop().ran() - before;
    }

    /** The frozen shard stayed where it was, the importer asking the leader that hung, as long as that hung. */
    @Test
    void aSourcesLeaderThatHangsWhileTheShardIsFrozenIsLeftForItsSuccessor() {
        importers.lead(importer);
        runUntilFrozen();

        second.lead(source);
        run(4 * RETRY_MILLIS, second, importers);

        assertThat(importer.state(SHARD)).isEqualTo(new ShardState.Serving(2));
        assertThat(source.state(SHARD)).isEqualTo(new ShardState.Absent(2));

        first.follow(source);
        run(4 * RETRY_MILLIS, first, second, importers);
        assertThat(importer.state(SHARD)).isEqualTo(new ShardState.Serving(2));
        assertThat(importer.get(SHARD, KEY)).isEqualTo("value0");
    }

    /** The news of the arrival went to the leader that hung, on the stream that had been opened to it. */
    @Test
    void aSourcesLeaderThatHangsAfterTheShardHasArrivedIsLeftForItsSuccessor() {
        importers.lead(importer);
        while (!importer.state(SHARD).isServing()) {
            run(STEP_MILLIS, first, importers);
            assertThat(importers.loop().nowNanos()).isLessThan(10 * AgentOptions.DEFAULT.retryNanos());
        }
        assertThat(source.state(SHARD)).isInstanceOf(ShardState.Frozen.class);

        second.lead(source);
        run(4 * RETRY_MILLIS, second, importers);

        assertThat(source.state(SHARD)).isEqualTo(new ShardState.Absent(2));
    }

    @Test
    void theDiskIsAskedWhereWaitingIsAllowed_andTheQuorumAfterIt() {
        importers.holdReaders();
        importers.lead(importer);
        run(STEP_MILLIS, first, importers);
        run(STEP_MILLIS, first, importers);
        run(STEP_MILLIS, first, importers);

        assertThat(importers.heldReaders()).isEqualTo(1);
        assertThat(importers.rounds()).isZero();
        importers.letReadersGo();
        assertThat(importers.rounds()).isEqualTo(1);
    }

    /** A size that made no sense became less than nothing, for which there is always room. */
    @Test
    void roomIsJudgedRightForAnySize() {
        long free = 10L << 30;

        assertThat(HandOvers.isRoom(free, 0)).isTrue();
        assertThat(HandOvers.isRoom(free, 3L << 30)).isTrue();
        assertThat(HandOvers.isRoom(free, 4L << 30)).isFalse();
        assertThat(HandOvers.isRoom(free, Long.MAX_VALUE)).isFalse();
        assertThat(HandOvers.isRoom(free, Long.MAX_VALUE / 3 + 1)).isFalse();
        assertThat(HandOvers.isRoom(free, -1)).isFalse();
        assertThat(HandOvers.isRoom(1 << 20, 0)).isFalse();
        assertThat(HandOvers.isRoom(0, 0)).isFalse();
    }

    /** The source's leader gets as far as the freeze, and its next step is to read from the frozen shard. */
    private void runUntilFrozen() {
        first.holdReaders();
        while (!(source.state(SHARD) instanceof ShardState.Frozen)) {
            run(STEP_MILLIS, first, importers);
            assertThat(importers.loop().nowNanos()).isLessThan(10 * AgentOptions.DEFAULT.retryNanos());
        }
        assertThat(importer.state(SHARD)).isInstanceOf(ShardState.Importing.class);
    }

    /** Lets time pass for all and the loops of these run. */
    private void run(long millis, HeldNode... nodes) {
        for (long passed = 0; passed < millis; passed += STEP_MILLIS) {
            for (HeldNode node : nodes) {
                node.loop().pass(STEP_MILLIS);
            }
        }
    }

    private ClusterConfig config() {
        GroupRef ownerRef = ShardAdmission.ref(source.id());
        GroupRef targetRef = ShardAdmission.ref(importer.id());
        GroupRow owner = new GroupRow(
                ownerRef, false, 1, List.of(new ReplicaRow(1, 1, true, false), new ReplicaRow(2, 2, true, false)));
        GroupRow target = new GroupRow(targetRef, false, 1, List.of(new ReplicaRow(3, 3, true, false)));
        ClusterConfig founded = ClusterConfig.founded(HeldNode.CLUSTER, GroupFixture.SHARDS);
        List<NodeRow> nodes = List.of(
                new NodeRow(1, HeldNode.address(1)),
                new NodeRow(2, HeldNode.address(2)),
                new NodeRow(3, HeldNode.address(3)));
        ShardRow shard = ShardRow.unborn(SHARD).withOwner(ownerRef, 1).withTarget(targetRef);
        ConfigDelta delta = ConfigDelta.extending(
                founded, 1, new ConfigDelta.Rows(List.of(shard), List.of(owner, target), List.of(), nodes));
        return ((Extension.Extended) founded.apply(delta)).config();
    }
}

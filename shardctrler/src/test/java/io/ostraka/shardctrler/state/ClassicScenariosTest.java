package io.ostraka.shardctrler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Change.JoiningGroup;
import io.ostraka.shardctrler.command.ControllerResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The classic controller scenarios (SCENARIOS section 3), at the level of the state machine. Ten shards. */
class ClassicScenariosTest {

    private static final int SHARDS = 10;
    private final PlannedCluster cluster = PlannedCluster.withNodes(SHARDS, 6);

    @Test
    void basicLeaveAndJoin() {
        assertThat(cluster.query(-1).num()).isZero();
        cluster.join(1, List.of("n1:1", "n2:1", "n3:1"));
        cluster.check(1L);
        cluster.join(2, List.of("n4:1", "n5:1", "n6:1"));
        cluster.check(1L, 2L);

        assertThat(addresses(cluster.config(), 1)).containsExactly("n1:1", "n2:1", "n3:1");
        assertThat(addresses(cluster.config(), 2)).containsExactly("n4:1", "n5:1", "n6:1");
        cluster.leave(1);
        cluster.check(2L);
        assertThat(addresses(cluster.config(), 2)).containsExactly("n4:1", "n5:1", "n6:1");
        cluster.leave(2);
        cluster.check();
    }

    @Test
    void historicalQueriesAnswerTheSameFromEveryReplicaAndAfterARestart() {
        List<ClusterConfig> seen = new ArrayList<>();
        seen.add(cluster.query(-1));
        cluster.join(1, List.of("n1:1", "n2:1", "n3:1"));
        seen.add(cluster.query(-1));
        cluster.join(2, List.of("n4:1", "n5:1", "n6:1"));
        seen.add(cluster.query(-1));
        cluster.move(3, 2);
        seen.add(cluster.query(-1));
        cluster.leave(1);
        seen.add(cluster.query(-1));
        cluster.leave(2);
        seen.add(cluster.query(-1));

        ControllerState restarted = ImageCodec.decode(ImageCodec.encode(cluster.state()));
        for (ControllerState replica : List.of(cluster.state(), restarted)) {
            for (int num = 0; num < seen.size(); num++) {
                assertSameMap(replica.query(num).orElseThrow(), seen.get(num));
            }
            assertSameMap(replica.query(1_000).orElseThrow(), cluster.query(-1));
            assertThat(replica.query(-2)).isEmpty();
        }
        assertThat(restarted).isEqualTo(cluster.state());
    }

    @Test
    void moveSendsEachShardExactlyWhereItWasSent() {
        cluster.join(503);
        cluster.join(504);
        for (int shard = 0; shard < SHARDS; shard++) {
            long gid = shard < 5 ? 503 : 504;
            boolean there = cluster.desired(shard) == gid;
            long before = cluster.config().num();
            cluster.move(shard, gid);
            assertThat(cluster.config().num()).isEqualTo(there ? before : before + 1);
        }
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(cluster.desired(shard)).isEqualTo(shard < 5 ? 503 : 504);
        }
        cluster.leave(503);
        cluster.leave(504);
        cluster.check();
    }

    @Test
    void concurrentLeavesAndJoinsEndWithTheSameMembersInAnyOrder() {
        for (long seed = 0; seed < 200; seed++) {
            PlannedCluster shuffled = PlannedCluster.withNodes(SHARDS, 6);
            List<List<Runnable>> clerks = new ArrayList<>();
            for (long gid = 100; gid <= 190; gid += 10) {
                long own = gid;
                clerks.add(List.of(
                        () -> shuffled.join(own + 1000), () -> shuffled.join(own), () -> shuffled.leave(own + 1000)));
            }
            interleave(clerks, seed);
            shuffled.check(
                    LongStream.iterate(100, gid -> gid + 10).limit(10).boxed().toArray(Long[]::new));
        }
    }

    @Test
    void minimalTransfersAfterJoinsAndLeaves() {
        tenGroups(100, 10);
        ClusterConfig before = cluster.config();
        for (long gid = 1001; gid <= 1005; gid++) {
            cluster.join(gid);
        }
        ClusterConfig joined = cluster.config();
        assertOnlyNewGroupsReceived(before, joined);
        for (long gid = 1001; gid <= 1005; gid++) {
            cluster.leave(gid);
        }
        assertNoShardLeftAStayingGroup(joined, cluster.config());
        cluster.check(LongStream.iterate(100, gid -> gid + 10).limit(10).boxed().toArray(Long[]::new));
    }

    @Test
    void minimalTransfersAfterMultiJoinsAndMultiLeaves() {
        tenGroups(1000, 1);
        ClusterConfig before = cluster.config();
        cluster.join(2001, 2002, 2003, 2004, 2005);
        ClusterConfig joined = cluster.config();
        assertOnlyNewGroupsReceived(before, joined);
        cluster.leave(2001, 2002, 2003, 2004, 2005);
        assertNoShardLeftAStayingGroup(joined, cluster.config());
    }

    @Test
    void minimalTransfersWithFewGroupsAndManyShards() {
        PlannedCluster wide = PlannedCluster.withNodes(256, 6);
        wide.join(1, 2, 3);
        ClusterConfig before = wide.config();
        ControllerResult.Done joined = (ControllerResult.Done) wide.join(4);

        assertThat(joined.moves()).hasSize(256 / 4);
        assertOnlyNewGroupsReceived(before, wide.config());
    }

    @Test
    void multiGroupJoinsAndLeaves() {
        cluster.change(new Change.Join(List.of(
                new JoiningGroup(1, List.of("n1:1", "n2:1", "n3:1"), 0),
                new JoiningGroup(2, List.of("n4:1", "n5:1", "n6:1"), 0))));
        cluster.check(1L, 2L);
        cluster.join(3, List.of("n1:1", "n4:1", "n6:1"));
        cluster.check(1L, 2L, 3L);
        assertThat(addresses(cluster.config(), 1)).containsExactly("n1:1", "n2:1", "n3:1");
        assertThat(addresses(cluster.config(), 2)).containsExactly("n4:1", "n5:1", "n6:1");
        assertThat(addresses(cluster.config(), 3)).containsExactly("n1:1", "n4:1", "n6:1");
        cluster.leave(1, 3);
        cluster.check(2L);
        cluster.leave(2);
        cluster.check();
    }

    @Test
    void concurrentMultiLeavesAndJoins() {
        for (long seed = 0; seed < 200; seed++) {
            PlannedCluster shuffled = PlannedCluster.withNodes(SHARDS, 6);
            List<List<Runnable>> clerks = new ArrayList<>();
            for (long gid = 1000; gid < 1010; gid++) {
                long own = gid;
                clerks.add(List.of(
                        () -> shuffled.join(own, own + 1000, own + 2000),
                        () -> shuffled.leave(own + 1000, own + 2000)));
            }
            interleave(clerks, seed);
            shuffled.check(LongStream.range(1000, 1010).boxed().toArray(Long[]::new));
        }
    }

    private void tenGroups(long first, long step) {
        LongStream.iterate(first, gid -> gid + step).limit(10).forEach(cluster::join);
    }

    private static void assertOnlyNewGroupsReceived(ClusterConfig before, ClusterConfig after) {
        int received = 0;
        for (int shard = 0; shard < after.shardCount(); shard++) {
            if (!desired(after, shard).equals(desired(before, shard))) {
                received++;
                assertThat(before.group(desired(after, shard)))
                        .as("receiver of shard %d", shard)
                        .isEmpty();
            }
        }
        int expected = after.shardCount()
                * (after.members().size() - before.members().size())
                / after.members().size();
        assertThat(received).isBetween(0, expected);
    }

    private static void assertNoShardLeftAStayingGroup(ClusterConfig before, ClusterConfig after) {
        int stayed = 0;
        for (int shard = 0; shard < after.shardCount(); shard++) {
            if (!after.isLeaving(desired(before, shard))
                    && after.group(desired(before, shard)).isPresent()) {
                stayed++;
                assertThat(desired(after, shard)).isEqualTo(desired(before, shard));
            }
        }
        assertThat(stayed).as("the check is not vacuous").isPositive();
    }

    private static GroupRef desired(ClusterConfig config, int shard) {
        return Objects.requireNonNull(config.desired(shard));
    }

    private static void interleave(List<List<Runnable>> clerks, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] next = new int[clerks.size()];
        List<Integer> busy = new ArrayList<>();
        for (int clerk = 0; clerk < clerks.size(); clerk++) {
            busy.add(clerk);
        }
        while (!busy.isEmpty()) {
            int at = random.nextInt(busy.size());
            int clerk = busy.get(at);
            clerks.get(clerk).get(next[clerk]++).run();
            if (next[clerk] == clerks.get(clerk).size()) {
                busy.remove(/* index */ at);
            }
        }
    }

    private static List<String> addresses(ClusterConfig config, long gid) {
        return config.group(gid).orElseThrow().replicas().stream()
                .map(replica -> config.addressOf(replica.nodeId()).orElseThrow())
                .toList();
    }

    private static void assertSameMap(ClusterConfig actual, ClusterConfig expected) {
        assertThat(actual.num()).isEqualTo(expected.num());
        for (int shard = 0; shard < expected.shardCount(); shard++) {
            assertThat(actual.desired(shard)).isEqualTo(expected.desired(shard));
        }
        assertThat(actual.members().stream().map(GroupRow::ref).toList())
                .isEqualTo(expected.members().stream().map(GroupRow::ref).toList());
        for (GroupRow row : expected.members()) {
            assertThat(addresses(actual, row.ref().gid()))
                    .isEqualTo(addresses(expected, row.ref().gid()));
        }
    }
}

package io.ostraka.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.ClusterStatus.Answer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code status} prints of groups 100 and 101, which have a replica on each of the nodes n1 to n3. */
class StatusTablesTest {

    private static final List<String> NODES = List.of("n1:1", "n2:1", "n3:1");
    private static final String CONTROLLERS = """
            CONTROLLER  ROLE    TERM  COMMIT  APPLIED  CONFIG
            c:1         leader     2       9        9  4/9

            """;

    private final List<ClusterMap.Shard> shards = new ArrayList<>();
    private final List<ClusterMap.Group> groups = new ArrayList<>();
    private final List<List<ClusterStatus.Replica>> replicas =
            List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

    /** Half of these shards at each group, all of them served, one key of 10 bytes in each. */
    private void served(int count) {
        for (long gid = 100; gid <= 101; gid++) {
            int from = gid == 100 ? 0 : count / 2;
            for (int shard = from; shard < from + count / 2; shard++) {
                shards.add(at(shard, gid));
            }
            for (int node = 0; node < 3; node++) {
                String role = node == 0 ? "leader" : "follower";
                replicas.get(node).add(replica(gid, node, role, 40, "", shardsOf(from, count / 2)));
            }
            groups.add(group(gid));
        }
    }

    @Test
    void clusterThatIsWellIsALineAGroup() {
        served(200);

        assertThat(summary()).isEqualTo(CONTROLLERS + """
                NODE  VERSION  UP    RESIDENT  STORE  LOG    REPLICAS
                n1:1  v        61 s  1 MiB     2 MiB  3 MiB         2
                n2:1  v        61 s  1 MiB     2 MiB  3 MiB         2
                n3:1  v        61 s  1 MiB     2 MiB  3 MiB         2

                GROUP  LEADER  TERM  COMMIT  APPLIED  LAG  REPLICAS  SHARDS  KEYS  BYTES
                  100  n1:1       5      40       40    0  3/3          100   100   1000
                  101  n1:1       5      40       40    0  3/3          100   100   1000

                200 shards: 200 serving
                """);
    }

    @Test
    void shardsThatAreNotPlainlyServedAreListed() {
        served(8);
        leaderHolds(100, shard(0, "serving", 0), shard(1, "exporting", 101), shard(2, "frozen", 101));
        leaderHolds(
                101,
                shard(1, "importing", 100),
                shard(2, "serving", 0),
                shard(3, "absent", 0),
                shard(4, "frozen", 100));

        assertThat(summary()).endsWith("""
                8 shards: 2 serving, 1 exporting, 1 frozen, 4 not served
                SHARD  GROUP  NODE  STATE       EPOCH  KEYS  BYTES  PEER
                    1    100  n1:1  exporting       2     1     10   101
                    1    101  n1:1  importing       2     1     10   100
                    2    100  n1:1  frozen          2     1     10   101
                    3    100  -     not served      -     -      -     -
                    4    101  n1:1  frozen          2     1     10   100
                  5-7    101  -     not served      -     -      -     -
                """);
    }

    @Test
    void replicasThatAreNotWellAreListed_andCountedAsMissing() {
        served(8);
        replicas.get(1).set(0, replica(100, 1, "follower", 31, "", List.of()));
        replicas.get(1).set(1, replica(101, 1, "follower", 40, "quarantined: shard 4", List.of()));
        replicas.get(2).remove(1);
        replicas.get(2).add(replica(99, 7, "follower", 4, "", List.of()));

        assertThat(summary()).contains("""
                GROUP  LEADER  TERM  COMMIT  APPLIED  LAG  REPLICAS  SHARDS  KEYS  BYTES
                  100  n1:1       5      40       40    9  3/3            4     4     40
                  101  n1:1       5      40       40    0  1/3            4     4     40

                GROUP  NODE  ROLE      TERM  COMMIT  APPLIED  TROUBLE
                  101  n2:1  follower     5      40       40  quarantined: shard 4
                  101  n3:1  missing      -       -        -
                   99  n3:1  follower     5      40        4  no group of the configuration has it

                8 shards: 8 serving
                """);
    }

    @Test
    void groupWithoutALeaderServesNothing_andItsShardsShareALine() {
        served(200);
        replicas.get(0).clear();
        replicas.get(1).set(1, replica(101, 1, "candidate", 38, "", List.of()));
        replicas.get(2).set(0, replica(100, 2, "leader", 40, "", shardsOf(0, 100)));

        assertThat(print(StatusTables::printSummary, NODES.getFirst())).isEqualTo(CONTROLLERS + """
                NODE  VERSION    UP    RESIDENT  STORE  LOG    REPLICAS
                n1:1  no answer  -     -         -      -             -
                n2:1  v          61 s  1 MiB     2 MiB  3 MiB         2
                n3:1  v          61 s  1 MiB     2 MiB  3 MiB         2

                GROUP  LEADER  TERM  COMMIT  APPLIED  LAG  REPLICAS  SHARDS  KEYS  BYTES
                  100  n3:1       5      40       40    0  2/3          100   100   1000
                  101  none       5      40       38    0  1/3            -     -      -

                GROUP  NODE  ROLE       TERM  COMMIT  APPLIED  TROUBLE
                  100  n1:1  no answer     -       -        -  refused
                  101  n1:1  no answer     -       -        -  refused
                  101  n2:1  candidate     5      40       38

                200 shards: 100 serving, 100 not served
                  SHARD  GROUP  NODE  STATE       EPOCH  KEYS  BYTES  PEER
                100-199    101     -  not served      -     -      -     -
                """);
    }

    @Test
    void shardsOfAClusterWithoutGroupsShareALine() {
        IntStream.range(0, 256).forEach(shard -> shards.add(at(shard, 0)));

        assertThat(summary()).endsWith("""
                256 shards: 256 not served
                SHARD  GROUP  NODE  STATE       EPOCH  KEYS  BYTES  PEER
                0-255      -     -  not served      -     -      -     -
                """);
    }

    @Test
    void allOfItHasEveryReplicaAndEveryShardOfEach() {
        served(2);
        replicas.get(1).set(1, replica(101, 1, "follower", 40, "quarantined: shard 1", List.of()));

        assertThat(print(StatusTables::printAll, "")).endsWith("""
                GROUP  NODE  ROLE                            TERM  COMMIT  APPLIED  SHARDS  KEYS  BYTES
                  100  n1:1  leader                             5      40       40       1     1     10
                  101  n1:1  leader                             5      40       40       1     1     10
                  100  n2:1  follower                           5      40       40       1     1     10
                  101  n2:1  follower: quarantined: shard 1     5      40       40       -     -      -
                  100  n3:1  follower                           5      40       40       1     1     10
                  101  n3:1  follower                           5      40       40       1     1     10

                SHARD  GROUP  NODE  STATE    EPOCH  KEYS  BYTES  PEER
                    0    100  n1:1  serving      2     1     10     -
                    1    101  n1:1  serving      2     1     10     -
                    0    100  n2:1  serving      2     1     10     -
                    0    100  n3:1  serving      2     1     10     -
                    1    101  n3:1  serving      2     1     10     -
                """);
    }

    private String summary() {
        return print(StatusTables::printSummary, "");
    }

    /** All nodes answer but this one. */
    private String print(Consumer<StatusTables> how, String silent) {
        List<Answer<ClusterStatus.Node>> nodes = IntStream.range(0, 3)
                .mapToObj(node -> NODES.get(node).equals(silent)
                        ? new Answer<ClusterStatus.Node>(silent, Optional.empty(), "refused")
                        : new Answer<>(NODES.get(node), Optional.of(node(node)), ""))
                .toList();
        ClusterStatus.Controller controller =
                new ClusterStatus.Controller(1, 2, true, 3, new ClusterStatus.Raft("leader", 2, 9, 9), 4, 9);
        ClusterMap map = new ClusterMap(1, 4, 9, 1, shards, groups, List.of(), ClusterMap.Restore.NONE);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        how.accept(new StatusTables(
                new ClusterStatus(Optional.of(map), List.of(new Answer<>("c:1", Optional.of(controller), "")), nodes),
                new PrintStream(printed, true, UTF_8)));
        return printed.toString(UTF_8);
    }

    private ClusterStatus.Node node(int node) {
        ClusterStatus.Usage usage = new ClusterStatus.Usage(61_234, 1, 1 << 20, 2 << 20, 3 << 20);
        return new ClusterStatus.Node(node, NODES.get(node), "v", usage, 9, replicas.get(node));
    }

    private void leaderHolds(long gid, ClusterStatus.Shard... held) {
        replicas.getFirst().set((int) gid - 100, replica(gid, 0, "leader", 40, "", List.of(held)));
    }

    private static ClusterMap.Group group(long gid) {
        return new ClusterMap.Group(
                gid,
                1,
                false,
                false,
                1,
                Stream.of(0, 1, 2)
                        .map(node -> new ClusterMap.Replica(replicaId(gid, node), node, NODES.get(node), true, false))
                        .toList());
    }

    private static long replicaId(long gid, int node) {
        return 10 * gid + node;
    }

    private static ClusterStatus.Replica replica(
            long gid, int node, String role, long applied, String trouble, List<ClusterStatus.Shard> shards) {
        return new ClusterStatus.Replica(
                gid, replicaId(gid, node), new ClusterStatus.Raft(role, 5, 40, applied), false, trouble, shards);
    }

    private static ClusterStatus.Shard shard(int shard, String state, long peer) {
        return new ClusterStatus.Shard(shard, state, 2, 1, 10, peer, 0, 0);
    }

    private static List<ClusterStatus.Shard> shardsOf(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(shard -> shard(shard, "serving", 0))
                .toList();
    }

    private static ClusterMap.Shard at(int shard, long owner) {
        return new ClusterMap.Shard(shard, owner, 2, 0, owner, false, ClusterMap.Recovery.NONE);
    }
}

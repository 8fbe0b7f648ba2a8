package io.ostraka.shardkv.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.ShardHash;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.kv.KvResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes with real logs, stores and sockets. */
final class ShardKvClusterIT {

    private static final int SHARDS = 8;

    @TempDir
    Path directory;

    private FakeController controller;
    private final List<TestNode> nodes = new ArrayList<>();
    private TestClient client;

    @BeforeEach
    void startNodes() throws Exception {
        controller = new FakeController(SHARDS);
        for (int i = 0; i < 3; i++) {
            nodes.add(start(i));
        }
        await("all nodes are registered", () -> controller.config().nodes().size() == 3);
        client = new TestClient(controller::config, 1);
    }

    @AfterEach
    void stopNodes() throws Exception {
        client.close();
        for (TestNode node : nodes) {
            node.close();
        }
        controller.close();
    }

    @Test
    void shardsAreBornServeMoveAndKeepEveryWriteOnce() throws Exception {
        GroupRef first = controller.join(101, ids());
        controller.plan(first, all());
        for (int i = 0; i < 40; i++) {
            assertThat(client.put("key" + i, "value" + i).getCode()).isEqualTo(StatusCode.OK);
        }
        StringBuilder line = new StringBuilder();
        append(line, 0, 10);

        GroupRef second = controller.join(102, ids());
        controller.plan(second, all());
        append(line, 10, 40);
        await("every shard has moved", () -> ownedBy(second) == SHARDS);
        append(line, 40, 50);

        for (int i = 0; i < 40; i++) {
            KvResponse found = client.get("key" + i);
            assertThat(found.getFound()).isTrue();
            assertThat(found.getValue().toStringUtf8()).isEqualTo("value" + i);
        }
        assertThat(client.get("line").getValue().toStringUtf8()).isEqualTo(line.toString());
        assertNothingBroken();
    }

    @Test
    void everyReplicaAnswersWithWhatWasAcknowledgedBeforeItWasAsked() {
        GroupRef first = controller.join(101, ids());
        controller.plan(first, all());

        for (int i = 0; i < 50; i++) {
            String value = "value" + i;
            assertThat(client.put("key", value).getCode()).isEqualTo(StatusCode.OK);
            for (TestNode node : nodes) {
                assertThat(answerOf(node, first).getValue().toStringUtf8()).isEqualTo(value);
            }
        }
        assertNothingBroken();
    }

    /** What the node answers once it knows of a leader. */
    private KvResponse answerOf(TestNode node, GroupRef group) {
        AtomicReference<KvResponse> answer = new AtomicReference<>(KvResponse.getDefaultInstance());
        await("the node answers", () -> {
            answer.set(client.getFrom(node, group, "key"));
            return answer.get().getCode() == StatusCode.OK;
        });
        return answer.get();
    }

    @Test
    void aWriteRepeatedUnderItsNumberAfterAMoveIsNotDoneTwice() {
        GroupRef first = controller.join(101, ids());
        controller.plan(first, all());
        KvResponse original = client.append("line", "once");

        GroupRef second = controller.join(102, ids());
        controller.plan(second, List.of(ShardHash.shardOf(TestClient.utf8("line"), SHARDS)));
        await("the shard has moved", () -> ownedBy(second) == 1);
        KvResponse repeated = client.appendAgain("line", "once");

        assertThat(repeated.getCode()).isEqualTo(StatusCode.OK);
        assertThat(repeated.getRevision()).isEqualTo(original.getRevision());
        assertThat(client.get("line").getValue().toStringUtf8()).isEqualTo("once");
        assertNothingBroken();
    }

    @Test
    void nodesThatStartAgainServeWhatTheyHadAcknowledged() throws Exception {
        GroupRef first = controller.join(101, ids());
        controller.plan(first, all());
        for (int i = 0; i < 20; i++) {
            assertThat(client.put("key" + i, "value" + i).getCode()).isEqualTo(StatusCode.OK);
        }

        for (int i = 0; i < 3; i++) {
            nodes.get(i).close();
            nodes.set(i, start(i));
            assertThat(client.put("after" + i, "x").getCode()).isEqualTo(StatusCode.OK);
        }

        for (int i = 0; i < 20; i++) {
            assertThat(client.get("key" + i).getValue().toStringUtf8()).isEqualTo("value" + i);
        }
        assertNothingBroken();
    }

    @Test
    void aGroupThatIsGoneIsRemovedWithItsDataAndStaysRemoved() throws Exception {
        GroupRef first = controller.join(101, ids());
        controller.plan(first, all());
        assertThat(client.put("key", "value").getCode()).isEqualTo(StatusCode.OK);
        GroupRef second = controller.join(102, ids());
        controller.plan(second, all());
        await("every shard has moved", () -> ownedBy(second) == SHARDS);

        controller.remove(first);
        await("its replicas are gone", () -> nodes.stream().allMatch(node -> node.replicas() == 1));
        nodes.get(0).close();
        nodes.set(0, start(0));

        assertThat(client.get("key").getValue().toStringUtf8()).isEqualTo("value");
        await("the node has come back with one", () -> nodes.get(0).replicas() == 1);
        assertNothingBroken();
    }

    /** FAULTS D16: one source that hung held up every move and every later configuration. */
    @Test
    void aDeadSourceHoldsUpNoOtherMoveAndNoLaterConfiguration() throws Exception {
        GroupRef dead = controller.join(101, List.of(nodes.get(0).id()));
        GroupRef alive = controller.join(102, List.of(nodes.get(1).id()));
        GroupRef target = controller.join(103, List.of(nodes.get(2).id()));
        List<Integer> half = all().subList(0, SHARDS / 2);
        controller.plan(dead, half);
        controller.plan(alive, all().subList(SHARDS / 2, SHARDS));
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(client.put(keyOf(shard), "value " + shard).getCode()).isEqualTo(StatusCode.OK);
        }

        nodes.get(0).close();
        controller.plan(target, all());
        await("the others' shards have moved", () -> ownedBy(target) == SHARDS / 2);
        GroupRef later = controller.join(104, List.of(nodes.get(1).id()));
        controller.plan(later, List.of(SHARDS - 1));
        await("a later plan is carried out", () -> ownedBy(later) == 1);
        for (int shard = SHARDS / 2; shard < SHARDS; shard++) {
            assertThat(client.get(keyOf(shard)).getValue().toStringUtf8()).isEqualTo("value " + shard);
        }

        nodes.set(0, start(0));
        await("the rest has moved", () -> ownedBy(dead) == 0);
        for (int shard : half) {
            assertThat(client.get(keyOf(shard)).getValue().toStringUtf8()).isEqualTo("value " + shard);
        }
        assertNothingBroken();
    }

    /** FAULTS D17: a dead server could not be replaced, and one that came back empty passed for what it had been. */
    @Test
    void aServerThatIsLostForGoodIsReplacedByAGroupOnOthers() throws Exception {
        GroupRef first = controller.join(101, ids());
        controller.plan(first, all());
        for (int i = 0; i < 20; i++) {
            assertThat(client.put("key" + i, "value" + i).getCode()).isEqualTo(StatusCode.OK);
        }

        nodes.get(2).close();
        nodes.set(2, start(3));
        await("the new server is registered", () -> controller.config().nodes().size() == 4);
        assertThat(client.put("meanwhile", "x").getCode()).isEqualTo(StatusCode.OK);
        assertThat(nodes.get(2).replicas()).isZero();
        GroupRef second = controller.join(102, ids());
        controller.plan(second, all());
        await("every shard has moved", () -> ownedBy(second) == SHARDS);
        controller.remove(first);
        await("only the new group is left", () -> nodes.stream().allMatch(node -> node.replicas() == 1));

        for (int i = 0; i < 20; i++) {
            assertThat(client.get("key" + i).getValue().toStringUtf8()).isEqualTo("value" + i);
        }
        assertThat(client.get("meanwhile").getValue().toStringUtf8()).isEqualTo("x");
        assertNothingBroken();
    }

    private TestNode start(int number) throws Exception {
        return new TestNode(directory.resolve("node" + number), List.of(controller.address()), number);
    }

    private void append(StringBuilder line, int from, int to) {
        for (int i = from; i < to; i++) {
            String word = i + " ";
            assertThat(client.append("line", word).getCode()).isEqualTo(StatusCode.OK);
            line.append(word);
        }
    }

    private long ownedBy(GroupRef group) {
        return controller.config().shards().stream()
                .filter(row -> group.equals(row.owner()))
                .count();
    }

    private List<Long> ids() {
        return nodes.stream().map(TestNode::id).toList();
    }

    private static String keyOf(int shard) {
        return keyOf(shard, SHARDS);
    }

    /** A key of this shard out of so many. */
    static String keyOf(int shard, int shards) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "key" + i)
                .filter(key -> ShardHash.shardOf(TestClient.utf8(key), shards) == shard)
                .findFirst()
                .orElseThrow();
    }

    private static List<Integer> all() {
        return IntStream.range(0, SHARDS).boxed().toList();
    }

    private void assertNothingBroken() {
        for (TestNode node : nodes) {
            assertThat(node.broken()).isEmpty();
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}

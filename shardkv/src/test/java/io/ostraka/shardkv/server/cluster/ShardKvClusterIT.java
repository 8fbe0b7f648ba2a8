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

    private static List<Integer> all() {
        return IntStream.range(0, SHARDS).boxed().toList();
    }

    private void assertNothingBroken() {
        for (TestNode node : nodes) {
            assertThat(node.broken()).isEmpty();
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}

package io.ostraka.shardkv.server.cluster;

import static io.ostraka.shardkv.server.cluster.ShardKvClusterIT.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.node.ReplicaStatus;
import io.ostraka.shardkv.server.NodeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes with real logs, stores and sockets, one of which holds something else than the others. */
final class DigestIT {

    private static final int SHARDS = 4;
    private static final NodeOptions FREQUENT_DIGESTS = NodeOptions.defaults().withDigests(64 << 20, 200);

    @TempDir
    Path directory;

    private FakeController controller;
    private final List<TestNode> nodes = new ArrayList<>();
    private TestClient client;
    private GroupRef group;

    @BeforeEach
    void valueIsStored() throws Exception {
        controller = new FakeController(SHARDS);
        for (int i = 0; i < 3; i++) {
            nodes.add(start(i));
        }
        await("all nodes are registered", () -> controller.config().nodes().size() == 3);
        client = new TestClient(controller::config, 1);
        group = controller.join(101, nodes.stream().map(TestNode::id).toList());
        controller.plan(group, IntStream.range(0, SHARDS).boxed().toList());
        assertThat(client.put("key", "the right value").getCode()).isEqualTo(StatusCode.OK);
        for (int i = 0; i < 50; i++) {
            assertThat(client.put("other" + i, "x".repeat(10_000)).getCode()).isEqualTo(StatusCode.OK);
        }
        await("all nodes have it", () -> nodes.stream().allMatch(node -> holds(node, "the right value")));
    }

    @AfterEach
    void stopNodes() throws Exception {
        client.close();
        for (TestNode node : nodes) {
            node.close();
        }
        controller.close();
    }

    private TestNode start(int number) throws Exception {
        return new TestNode(data(number), List.of(controller.address()), number, FREQUENT_DIGESTS);
    }

    private Path data(int number) {
        return directory.resolve("node" + number);
    }

    private boolean holds(TestNode node, String value) {
        KvResponse found = client.getFrom(node, group, "key");
        return found.getCode() == StatusCode.OK
                && found.getValue().toStringUtf8().equals(value);
    }

    private int leading() {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).status().stream()
                    .anyMatch(replica -> replica.getRole().equals("leader"))) {
                return i;
            }
        }
        return -1;
    }

    private String read() {
        return client.get("key").getValue().toStringUtf8();
    }

    /** Whoever leads may be the one that is wrong: it says so itself, and leads no more. */
    @Test
    void leaderWhoseStoreWentWrongIsFoundOut_andFromThenOnNobodyReadsWhatIsWrong() {
        await("somebody leads", () -> leading() >= 0);
        TestNode wrong = nodes.get(leading());
        assertThat(wrong.corrupt("the right value", "the wrong value")).isEqualTo(1);

        await("a read is right", () -> read().equals("the right value"));
        for (int i = 0; i < 200; i++) {
            assertThat(read()).isEqualTo("the right value");
        }

        await("it holds what is right again", () -> holds(wrong, "the right value"));
        await("it is like the others", () -> wrong.status().stream().allMatch(DigestIT::isWell));
        assertThat(client.put("key", "another value").getCode()).isEqualTo(StatusCode.OK);
        await("it follows", () -> holds(wrong, "another value"));
        assertNothingBroken();
    }

    @Test
    void nodeWhoseStoreWentWrongWhileItWasStoppedIsRebuilt_andMayLead() throws Exception {
        nodes.get(0).close();
        assertThat(TestNode.corrupt(data(0), "the right value", "the wrong value"))
                .isEqualTo(1);
        nodes.set(0, start(0));

        await("it holds what is right again", () -> holds(nodes.get(0), "the right value"));
        await("it is like the others", () -> nodes.get(0).status().stream().allMatch(DigestIT::isWell));

        await("it leads in the end", this::movedToTheFirst);
        assertThat(read()).isEqualTo("the right value");
        assertNothingBroken();
    }

    /** Has whoever else leads start again; true once the first node leads. */
    private boolean movedToTheFirst() {
        int leader = leading();
        if (leader > 0) {
            try {
                nodes.get(leader).close();
                nodes.set(leader, start(leader));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        return leader == 0;
    }

    private static boolean isWell(ReplicaStatus replica) {
        return replica.getTrouble().isEmpty();
    }

    private void assertNothingBroken() {
        for (TestNode node : nodes) {
            assertThat(node.broken()).isEmpty();
        }
    }
}

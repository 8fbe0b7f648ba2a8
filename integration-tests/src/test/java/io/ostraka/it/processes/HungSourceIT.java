package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.GroupSpec;
import io.ostraka.proto.controller.TokenState;
import io.ostraka.proto.node.NodeServiceGrpc;
import io.ostraka.proto.node.NodeStatus;
import io.ostraka.proto.node.NodeStatusRequest;
import io.ostraka.proto.node.ReplicaStatus;
import io.ostraka.proto.node.ShardStatus;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.cluster.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The leader of a source hangs while the shard that it hands over is frozen: its successor must be found. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class HungSourceIT {

    private static final long SOURCE = 101;
    private static final long IMPORTER = 102;
    private static final int SHARD = 0;
    private static final int VALUES = 500;
    private static final int VALUE_BYTES = 128 * 1024;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private final Map<String, ManagedChannel> channels = new HashMap<>();

    @AfterEach
    void closeChannels() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    @Test
    void theShardIsServedOnceTheSourceHasAnotherLeader_andNothingBreaksWhenTheFormerOneWakes() throws Exception {
        ProcessCluster.Plan plan = new ProcessCluster.Plan(directory, 4, 256L << 20, ELECTION_TIMEOUT);
        try (ProcessCluster cluster = ProcessCluster.start(plan)) {
            cluster.found(1, List.of(SOURCE));
            try (OstrakaClient client = cluster.client(CALL_TIMEOUT);
                    OstrakaAdmin admin = cluster.admin(CALL_TIMEOUT)) {
                Map<Bytes, Bytes> values = fill(client);
                String first = leaderOfSource(cluster);
                String importer = cluster.addresses().stream()
                        .filter(address -> !address.equals(first))
                        .findFirst()
                        .orElseThrow();
                admin.join(List.of(new GroupSpec(IMPORTER, List.of(importer), 1)), ChangeMode.APPLY);

                ServerProcess hung = hangWhileFrozen(cluster, admin, importer);
                long begin = System.nanoTime();
                client.put("while", "it hangs");
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);

                System.out.println("hung source: the shard was served again after " + millis + " ms");
                assertThat(stateOf(importer, IMPORTER)).isEqualTo(TokenState.SERVING);

                hung.goOn();
                values.put(Bytes.utf8("while"), Bytes.utf8("it hangs"));
                assertAllThere(client, values);
                awaitState(cluster.addresses(), TokenState.ABSENT);
                admin.move(SHARD, SOURCE, ChangeMode.APPLY);
                awaitState(cluster.addresses(), TokenState.SERVING);
                assertAllThere(client, values);
                assertThat(cluster.processes()).allMatch(ServerProcess::isAlive);
            }
        }
    }

    private static Map<Bytes, Bytes> fill(OstrakaClient client) {
        Map<Bytes, Bytes> values = new HashMap<>();
        Random random = new Random(1);
        for (int i = 0; i < VALUES; i++) {
            byte[] value = new byte[VALUE_BYTES];
            random.nextBytes(value);
            values.put(Bytes.utf8("key-" + i), Bytes.wrap(value));
        }
        values.forEach(client::put);
        return values;
    }

    private static void assertAllThere(OstrakaClient client, Map<Bytes, Bytes> values) {
        values.forEach((key, value) ->
                assertThat(client.get(key).orElseThrow().value()).isEqualTo(value));
    }

    /**
     * Moves the shard, and stops the source's leader as soon as it says that the shard is frozen. Where the copy was
     * over by then, the shard goes back and is moved again; the leader must be on another node than the importer.
     */
    private ServerProcess hangWhileFrozen(ProcessCluster cluster, OstrakaAdmin admin, String importer)
            throws Exception {
        while (true) {
            String leader = leaderOfSource(cluster);
            if (leader.equals(importer)) {
                cluster.at(importer).kill();
                cluster.at(importer).start().await();
                continue;
            }
            admin.move(SHARD, IMPORTER, ChangeMode.APPLY);
            Patience.await(
                    "the hand-over",
                    () -> stateOf(leader, SOURCE) == TokenState.FROZEN
                            || stateOf(importer, IMPORTER) == TokenState.SERVING);
            ServerProcess process = cluster.at(leader);
            process.hang();
            if (stateOf(importer, IMPORTER) == TokenState.IMPORTING) {
                return process;
            }
            process.goOn();
            Patience.await("the arrival", () -> stateOf(importer, IMPORTER) == TokenState.SERVING);
            awaitState(cluster.addresses(), TokenState.ABSENT);
            admin.move(SHARD, SOURCE, ChangeMode.APPLY);
            awaitState(cluster.addresses(), TokenState.SERVING);
        }
    }

    private String leaderOfSource(ProcessCluster cluster) {
        return Patience.find(
                "a leader of the source",
                () -> cluster.addresses().stream()
                        .filter(address -> status(address).getReplicasList().stream()
                                .anyMatch(replica -> replica.getGroup().getGid() == SOURCE
                                        && replica.getRole().equals("leader")))
                        .findFirst());
    }

    /** Waits until the shard has this state at every replica of the source. */
    private void awaitState(List<String> addresses, TokenState state) {
        Patience.await(
                state + " at all replicas of the source",
                () -> addresses.stream().allMatch(address -> stateOf(address, SOURCE) == state));
    }

    /** The state of the shard at the group's replica on the node of this address, as that replica has applied it. */
    private TokenState stateOf(String address, long gid) {
        return status(address).getReplicasList().stream()
                .filter(replica -> replica.getGroup().getGid() == gid)
                .map(ReplicaStatus::getShardsList)
                .flatMap(List::stream)
                .filter(shard -> shard.getShard() == SHARD)
                .map(ShardStatus::getState)
                .findFirst()
                .orElse(TokenState.ABSENT);
    }

    private NodeStatus status(String address) {
        ManagedChannel channel = channels.computeIfAbsent(
                address, at -> NettyChannelBuilder.forTarget(at).usePlaintext().build());
        return NodeServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .status(NodeStatusRequest.newBuilder().setWithShards(true).build());
    }
}

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
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The leader of a source hangs while the shard that it hands over is frozen: its successor must be found. */
@Timeout(300)
class HungSourceIT {

    private static final long SOURCE = 101;
    private static final long IMPORTER = 102;
    private static final int SHARD = 0;
    private static final int VALUES = 500;
    private static final int VALUE_BYTES = 128 * 1024;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

    /**
     * An election, a look at each replica of the source, the copy; without the look it lasts until the leader wakes.
     */
    private static final Duration SERVED_AGAIN_WITHIN = Duration.ofSeconds(20);

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

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
                String leader = leaderOfSource(cluster);
                String importer = cluster.addresses().stream()
                        .filter(address -> !address.equals(leader))
                        .findFirst()
                        .orElseThrow();
                admin.join(List.of(new GroupSpec(IMPORTER, List.of(importer), 1)), ChangeMode.APPLY);

                ServerProcess hung = hangWhileFrozen(cluster, admin, leader);
                long begin = System.nanoTime();
                TokenState copying = stateOf(importer, IMPORTER);
                client.put("while", "it hangs");
                Duration unavailable = Duration.ofNanos(System.nanoTime() - begin);

                System.out.println("hung source: the shard was served again after " + unavailable.toMillis() + " ms");
                assertThat(copying).isEqualTo(TokenState.IMPORTING);
                assertThat(unavailable).isLessThan(SERVED_AGAIN_WITHIN);
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

    /** Moves the shard, and stops the source's leader as soon as it says that the shard is frozen. */
    private ServerProcess hangWhileFrozen(ProcessCluster cluster, OstrakaAdmin admin, String leader) throws Exception {
        ServerProcess process = cluster.at(leader);
        admin.move(SHARD, IMPORTER, ChangeMode.APPLY);
        while (stateOf(leader, SOURCE) != TokenState.FROZEN) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        process.hang();
        return process;
    }

    private String leaderOfSource(ProcessCluster cluster) {
        while (true) {
            LockSupport.parkNanos(POLL_NANOS);
            for (String address : cluster.addresses()) {
                if (status(address).getReplicasList().stream()
                        .anyMatch(replica -> replica.getGroup().getGid() == SOURCE
                                && replica.getRole().equals("leader"))) {
                    return address;
                }
            }
        }
    }

    /** Waits until the shard has this state at every replica of the source. */
    private void awaitState(List<String> addresses, TokenState state) {
        while (!addresses.stream().allMatch(address -> stateOf(address, SOURCE) == state)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
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

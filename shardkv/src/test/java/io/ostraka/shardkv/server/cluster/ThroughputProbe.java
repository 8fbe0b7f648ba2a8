package io.ostraka.shardkv.server.cluster;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Id128;
import io.ostraka.proto.ShardHash;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.kv.Get;
import io.ostraka.proto.kv.KvGrpc;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvRequestFrame;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.KvResponseFrame;
import io.ostraka.proto.kv.Put;
import io.ostraka.proto.kv.WriteHeader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * How many puts and linearizable gets a second one node with a group of one takes over one stream, client and node in
 * one process: {@code ThroughputProbe [in flight] [seconds]}. Synced log, 256-byte values.
 */
final class ThroughputProbe implements StreamObserver<KvResponseFrame> {

    private static final int SHARDS = 16;
    private static final int KEYS = 10_000;
    private static final Id128 SESSION = Id128.newBuilder().setHigh(9).setLow(9).build();
    private static final ByteString VALUE = ByteString.copyFrom(new byte[256]);

    private final GroupRef group;
    private final boolean writes;
    private final int inFlight;
    private final long endNanos;
    private final CountDownLatch over = new CountDownLatch(1);
    private StreamObserver<KvRequestFrame> requests;
    private long t0Millis;
    private long number;
    private long done;
    private long refused;
    private final ArrayDeque<Long> open = new ArrayDeque<>();

    private ThroughputProbe(ManagedChannel channel, GroupRef group, boolean writes, int inFlight, Start start) {
        this.group = group;
        this.writes = writes;
        this.inFlight = inFlight;
        this.t0Millis = start.t0Millis();
        this.number = start.number();
        endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(start.seconds());
        requests = KvGrpc.newStub(channel).session(this);
    }

    private record Start(long t0Millis, long number, int seconds) {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int inFlight = args.length > 0 ? Integer.parseInt(args[0]) : 256;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        Path data = Files.createTempDirectory("ostraka-probe");
        try (FakeController controller = new FakeController(SHARDS);
                TestNode node = new TestNode(data, List.of(controller.address()), 1);
                TestClient client = new TestClient(controller::config, 1)) {
            ShardKvClusterIT.await(
                    "registered", () -> controller.config().nodes().size() == 1);
            GroupRef group = controller.join(101, List.of(node.id()));
            controller.plan(group, IntStream.range(0, SHARDS).boxed().toList());
            for (int i = 0; i < 64; i++) {
                client.put("warm" + i, "x");
            }
            ManagedChannel channel = TestNode.connect(node.address());
            long number = 1;
            for (int round = 0; round < 4; round++) {
                boolean writes = round % 2 == 0;
                long t0 = client.get("warm1").getShardTimeMillis();
                ThroughputProbe probe =
                        new ThroughputProbe(channel, group, writes, inFlight, new Start(t0, number, seconds));
                probe.requests.onNext(
                        KvRequestFrame.newBuilder().setHello(TestClient.hello()).build());
                probe.over.await();
                number = probe.number;
                System.out.printf(
                        "%s: %,d a second with %d in flight, %d refused%n",
                        writes ? "put" : "get", probe.done / seconds, inFlight, probe.refused);
            }
            channel.shutdownNow();
        }
    }

    @Override
    public void onNext(KvResponseFrame frame) {
        int answered = frame.hasHello() ? inFlight : frame.getResponsesCount();
        for (KvResponse response : frame.getResponsesList()) {
            open.remove(response.getId());
            if (response.getCode() == StatusCode.OK) {
                done++;
            } else {
                refused++;
            }
            t0Millis = Math.max(t0Millis, response.getShardTimeMillis());
        }
        if (System.nanoTime() - endNanos >= 0) {
            if (open.isEmpty()) {
                requests.onCompleted();
            }
            return;
        }
        KvRequestFrame.Builder next = KvRequestFrame.newBuilder().setSession(SESSION);
        for (int i = 0; i < answered; i++) {
            next.addRequests(request());
        }
        requests.onNext(next.build());
    }

    private KvRequest request() {
        long id = number++;
        open.add(id);
        ByteString key = TestClient.utf8("key" + id % KEYS);
        KvRequest.Builder request = KvRequest.newBuilder()
                .setId(id)
                .setGroup(ConfigWire.toWire(group))
                .setShard(ShardHash.shardOf(key, SHARDS));
        if (!writes) {
            return request.setGet(Get.newBuilder().setKey(key)).build();
        }
        return request.setWrite(WriteHeader.newBuilder()
                        .setNumber(id)
                        .setLowestUnanswered(open.getFirst())
                        .setT0Millis(t0Millis))
                .setPut(Put.newBuilder().setKey(key).setValue(VALUE))
                .build();
    }

    @Override
    public void onError(Throwable failure) {
        System.out.println("the stream broke: " + failure);
        over.countDown();
    }

    @Override
    public void onCompleted() {
        over.countDown();
    }
}

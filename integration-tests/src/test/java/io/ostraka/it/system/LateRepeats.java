package io.ostraka.it.system;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Hello;
import io.ostraka.proto.Id128;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.kv.KvCall;
import io.ostraka.proto.kv.KvGrpc;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvRequestFrame;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.shardkv.command.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Repeats writes of clients that have ended, however long ago, as they were sent, to whoever serves their shard by
 * then. A client repeats what it was not told the end of; a repeat of anything else must come to nothing, too. What has
 * not ended is not repeated: its client may be told that it was not applied.
 */
final class LateRepeats {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000L;
    private static final long PATIENCE_MILLIS = 2_000;

    private final SystemWorld world;
    private final Dice dice;
    private final Life life;
    private final LifeConnector connector;
    private Hello hello = Hello.getDefaultInstance();
    private boolean stopped;

    LateRepeats(SystemWorld world) {
        this.world = world;
        this.dice = world.dice("repeats");
        this.life = new Life(world.queue(), end -> {}, () -> {});
        SimulatedThreads threads = new SimulatedThreads(life, dice, 0, 1);
        this.connector = new LifeConnector(
                world.wires(),
                new WireChannel.Owner(world.placeOfClient(world.swarm().clients()), life, threads.thread()));
    }

    void begin() {
        if (world.swarm().repeatRate() > 0) {
            world.wires().overhear(this::heard);
        }
    }

    void stop() {
        stopped = true;
    }

    private void heard(Object message) {
        if (stopped || !(message instanceof KvRequestFrame frame)) {
            return;
        }
        if (frame.hasHello()) {
            hello = frame.getHello();
        }
        for (KvRequest request : frame.getRequestsList()) {
            if (request.hasWrite()
                    && !request.hasAsk()
                    && dice.chance(world.swarm().repeatRate())) {
                long delay = (long) dice.logUniform((double) MILLI, 10.0 * SECOND);
                life.post(delay, () -> repeat(frame.getSession(), request));
            }
        }
    }

    private void repeat(Id128 session, KvRequest request) {
        GroupId group = serving(request.getShard());
        String leader = group == null ? null : leader(group);
        WritesOracle.Name name = new WritesOracle.Name(
                new SessionId(session.getHigh(), session.getLow()),
                request.getShard(),
                request.getWrite().getNumber());
        if (stopped || group == null || leader == null || !world.writes().hasEnded(name)) {
            return;
        }
        world.trace().note("repeat", name.number(), request.getShard());
        KvCall call = KvCall.newBuilder()
                .setHello(hello)
                .setSession(session)
                .setRequest(
                        request.toBuilder().setGroup(ConfigWire.toWire(new GroupRef(group.gid(), group.incarnation()))))
                .build();
        ManagedChannel channel = connector.open(leader);
        KvGrpc.newStub(channel)
                .withDeadline(connector.deadlineAfter(PATIENCE_MILLIS))
                .call(call, new Unheeded(channel));
    }

    /** The group that serves a shard now. */
    private @Nullable GroupId serving(int shard) {
        return world.shards().views().entrySet().stream()
                .filter(each -> each.getValue().shard(shard).state().isServing())
                .map(java.util.Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private @Nullable String leader(GroupId group) {
        for (Machine machine : world.nodes()) {
            Server server = machine.server();
            if (server != null) {
                for (WitnessedHost.Hosted hosted : server.host().replicas()) {
                    if (hosted.descriptor().group().equals(group)
                            && hosted.group().leadership().leads()) {
                        return machine.address();
                    }
                }
            }
        }
        return null;
    }

    /** Takes no answer: the oracles see what is applied. */
    private record Unheeded(ManagedChannel channel) implements StreamObserver<KvResponse> {

        @Override
        public void onNext(KvResponse answer) {
            // The oracles have seen it.
        }

        @Override
        public void onError(Throwable failure) {
            channel.shutdownNow();
        }

        @Override
        public void onCompleted() {
            channel.shutdownNow();
        }
    }
}

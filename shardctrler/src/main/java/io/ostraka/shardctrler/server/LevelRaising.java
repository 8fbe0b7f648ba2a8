package io.ostraka.shardctrler.server;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Feature;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.ControllerStatusReply;
import io.ostraka.proto.controller.ControllerStatusRequest;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.transport.Connector;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.FeatureLevels;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the leader raise the cluster's feature level once all nodes and all controllers know more. Nodes have said so
 * when they registered; the controllers are asked, all of them again each time, and one that does not answer holds the
 * level where it is. Works on the controller's executor.
 */
final class LevelRaising {

    private static final Logger LOG = LoggerFactory.getLogger(LevelRaising.class);
    private static final long ANSWER_SECONDS_MAX = 5;

    private final Founding founding;
    private final Requests requests;
    private final Connector connect;
    private final Executor executor;
    private final NodeId self;

    LevelRaising(Founding founding, Requests requests, NodeId self, Connector connect, Executor executor) {
        this.founding = founding;
        this.requests = requests;
        this.self = self;
        this.connect = connect;
        this.executor = executor;
    }

    /** Looks whether the level could rise, and asks the controllers if it could. */
    void look() {
        Replica replica = founding.replica();
        if (replica == null || !replica.group().leadership().leads()) {
            return;
        }
        ControllerState state = replica.published().state();
        Map<Long, Integer> known = new HashMap<>();
        state.registry().controllers().forEach(member -> known.put(member.nodeId(), Feature.NEWEST_LEVEL));
        if (FeatureLevels.next(state, known).isEmpty()) {
            return;
        }
        known.keySet().removeIf(node -> node != self.value());
        raise(replica, known);
        for (ControllerMember member : state.registry().controllers()) {
            if (member.nodeId() != self.value()) {
                ask(replica, member, known);
            }
        }
    }

    private void raise(Replica replica, Map<Long, Integer> known) {
        FeatureLevels.next(replica.published().state(), known)
                .ifPresent(raise -> requests.carryOut(
                        replica,
                        state -> raise,
                        outcome -> LOG.info("raising the cluster to feature level {}: {}", raise.level(), outcome)));
    }

    private void ask(Replica replica, ControllerMember member, Map<Long, Integer> known) {
        ManagedChannel channel = connect.open(replica.addressOf(new ReplicaId(member.replicaId())));
        ControllerGrpc.newStub(channel)
                .withDeadline(connect.deadlineAfter(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS_MAX)))
                .status(ControllerStatusRequest.getDefaultInstance(), new StreamObserver<>() {
                    @Override
                    public void onNext(ControllerStatusReply reply) {
                        executor.execute(() -> {
                            if (reply.getNodeId() == member.nodeId()) {
                                known.put(member.nodeId(), Math.max(Feature.BASE_LEVEL, reply.getFeatureLevel()));
                                raise(replica, known);
                            }
                        });
                    }

                    @Override
                    public void onError(Throwable cause) {
                        LOG.debug("controller {} did not say which level it knows", member.address(), cause);
                        channel.shutdownNow();
                    }

                    @Override
                    public void onCompleted() {
                        channel.shutdownNow();
                    }
                });
    }
}

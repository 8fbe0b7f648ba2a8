package io.ostraka.shardkv.server;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.ControllerStatusReply;
import io.ostraka.proto.controller.ControllerStatusRequest;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Asks the controllers which cluster they are: a fresh node must know before it can talk to others. Blocks its caller.
 */
public final class ClusterDiscovery {

    private static final long ATTEMPT_MILLIS = 2_000;

    private final List<String> controllers;
    private final Function<String, ManagedChannel> connect;

    /**
     * @param controllers addresses of the controllers
     * @param connect opens a connection, which is closed after the question
     */
    public ClusterDiscovery(List<String> controllers, Function<String, ManagedChannel> connect) {
        this.controllers = List.copyOf(controllers);
        this.connect = connect;
    }

    /** Asks each controller once, at most 2 s each; the id of their cluster, or empty if none is initialised yet. */
    public OptionalLong ask() {
        for (String address : controllers) {
            ManagedChannel channel = connect.apply(address);
            try {
                OptionalLong answer = ask(channel);
                if (answer.isPresent()) {
                    return answer;
                }
            } finally {
                channel.shutdownNow();
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong ask(ManagedChannel channel) {
        try {
            ControllerStatusReply reply = ControllerGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(ATTEMPT_MILLIS, TimeUnit.MILLISECONDS)
                    .status(ControllerStatusRequest.getDefaultInstance());
            return reply.getInitialised() && reply.getClusterId() != 0
                    ? OptionalLong.of(reply.getClusterId())
                    : OptionalLong.empty();
        } catch (StatusRuntimeException e) {
            // No answer from this one: the next may know.
            return OptionalLong.empty();
        }
    }
}

package io.ostraka.shardkv.server;

import io.ostraka.proto.Feature;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.RegisterRequest;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the controllers under which address the node is reached and what it knows ({@link Feature}): at each start
 * until one has heard it, and again whenever the configuration says otherwise. The first answer also names the cluster
 * to a node that has joined none. Works on the control loop.
 */
final class Registration {

    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
    private static final long REVIEW_MILLIS = 1_000;

    private final ControllerLink link;
    private final TaskLoop loop;
    private final NodeGreeting greeting;
    private final String address;
    private final LongConsumer onCluster;
    private final Consumer<Throwable> onSuperseded;
    private final Backoff backoff;
    /** Whether a controller has heard of this start; a configuration does not tell, it names an address only. */
    private boolean accepted;

    private long knownRestore;
    private boolean registered;
    private boolean asking;
    private boolean reviewIsDue;
    private String refusal = "";

    /**
     * Prepares a registration.
     *
     * @param onCluster told of the cluster that an answer names
     * @param onSuperseded told if a later start of this node was seen
     */
    Registration(
            ConfigWatch.Parts parts,
            NodeGreeting greeting,
            String address,
            LongConsumer onCluster,
            Consumer<Throwable> onSuperseded) {
        this.link = parts.link();
        this.loop = parts.loop();
        this.backoff = parts.backoff();
        this.greeting = greeting;
        this.address = address;
        this.onCluster = onCluster;
        this.onSuperseded = onSuperseded;
    }

    /** Begins to register. */
    void start() {
        ask();
    }

    /**
     * Compares with what a configuration says of this node. It asks again a little later, not at once: two nodes that
     * were given one address would otherwise take it from each other as fast as they can.
     */
    void follow(ClusterConfig config) {
        long restoredAt = config.terms().lastRestoredAt();
        if (restoredAt > knownRestore) {
            // What the controllers know of this node is as old as their backup.
            accepted = false;
            knownRestore = restoredAt;
        }
        registered = accepted
                && config.addressOf(greeting.nodeId()).map(address::equals).orElse(false);
        if (!registered && !reviewIsDue) {
            reviewIsDue = true;
            loop.schedule(
                    () -> {
                        reviewIsDue = false;
                        ask();
                    },
                    REVIEW_MILLIS);
        }
    }

    private void ask() {
        if (registered || asking) {
            return;
        }
        asking = true;
        RegisterRequest.Builder request = RegisterRequest.newBuilder()
                .setClusterId(greeting.clusterId().getAsLong())
                .setNodeId(greeting.nodeId())
                .setAddress(address)
                .setStartCounter(greeting.startCounter())
                .setFeatureLevel(Feature.NEWEST_LEVEL);
        link.register(request, this::answered);
    }

    private void answered(@Nullable NodeReply reply) {
        if (reply != null && reply.getCode() == StatusCode.OK) {
            asking = false;
            if (!accepted) {
                LOG.info("the controller at {} has registered this start of the node", link.address());
            }
            accepted = true;
            registered = true;
            backoff.reset();
            if (reply.getClusterId() != 0) {
                onCluster.accept(reply.getClusterId());
            }
            return;
        }
        if (reply != null && reply.getCode() == StatusCode.SUPERSEDED) {
            // Its votes and acknowledgements may be missing here: taking part would break promises that were given.
            onSuperseded.accept(new IllegalStateException(reply.getMessage()
                    + "; end whichever runs by mistake, and never start an old copy:"
                    + " a node without data joins as a new one"));
            return;
        }
        if (reply != null && !ControllerLink.isElsewhere(reply.getCode()) && !refusal.equals(reply.getMessage())) {
            refusal = reply.getMessage();
            LOG.error("the controller at {} refuses this node: {}", link.address(), refusal);
        }
        loop.schedule(
                () -> {
                    asking = false;
                    ask();
                },
                ConfigWatch.pauseMillis(backoff, greeting.clusterId().getAsLong()));
    }
}

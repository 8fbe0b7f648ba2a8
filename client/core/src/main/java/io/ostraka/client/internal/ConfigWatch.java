package io.ostraka.client.internal;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.ostraka.client.OstrakaAdmin.Watch;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.WatchEvent;
import io.ostraka.proto.controller.WatchRequest;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the configuration on a thread of its own, from one controller after the other. */
final class ConfigWatch implements Watch {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);
    private static final long PAUSE_MILLIS = 200;

    private final List<String> controllers;
    private final UnaryCalls unary;
    private final Consumer<ClusterConfig> listener;
    private final Clock clock;
    private final Context.CancellableContext context = Context.ROOT.withCancellation();
    private final Thread thread = new Thread(this::run, "ostraka-watch");
    private @Nullable ClusterConfig known;

    ConfigWatch(List<String> controllers, UnaryCalls unary, Clock clock, Consumer<ClusterConfig> listener) {
        this.controllers = controllers;
        this.unary = unary;
        this.clock = clock;
        this.listener = listener;
    }

    ConfigWatch start() {
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** Ends the watch; a call of the listener under way is not waited for. */
    @Override
    public void close() {
        context.cancel(null);
        thread.interrupt();
    }

    private void run() {
        for (int turn = 0; !context.isCancelled(); turn++) {
            String controller = controllers.get(turn % controllers.size());
            try {
                context.run(() -> follow(controller));
            } catch (StatusRuntimeException | MalformedConfigException e) {
                LOG.debug("the watch of controller {} broke: {}", controller, e.getMessage());
            }
            if (!context.isCancelled()) {
                clock.pauseMillis(PAUSE_MILLIS);
            }
        }
    }

    /** Follows one controller until it breaks off, refuses, or sends what does not fit. */
    private void follow(String controller) {
        WatchRequest.Builder request = WatchRequest.newBuilder().setProtocolVersion(ProtocolVersion.CURRENT);
        ClusterConfig from = known;
        if (from != null) {
            request.setClusterId(from.clusterId())
                    .setFromRevision(from.revision())
                    .setFromHash(ConfigWire.toWire(from.hash()));
        }
        Iterator<WatchEvent> events =
                ControllerGrpc.newBlockingStub(unary.channel(controller)).watch(request.build());
        boolean fits = true;
        while (fits && events.hasNext()) {
            fits = take(events.next());
        }
    }

    private boolean take(WatchEvent event) {
        if (event.getCode() != StatusCode.OK) {
            return false;
        }
        ClusterConfig next = known;
        if (event.hasFull()) {
            next = ConfigWire.fromWire(event.getFull());
        } else if (event.hasDelta() && next != null) {
            Extension extension = next.apply(ConfigWire.fromWire(event.getDelta()));
            next = extension instanceof Extension.Extended extended ? extended.config() : null;
        }
        boolean isNews = next != null && (known == null || next.revision() > known.revision());
        known = next;
        if (next != null && isNews) {
            listener.accept(next);
        }
        return next != null;
    }
}

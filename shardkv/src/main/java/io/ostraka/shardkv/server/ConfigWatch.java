package io.ostraka.shardkv.server;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.WatchEvent;
import io.ostraka.proto.controller.WatchRequest;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the configuration as the controllers push it. A delta is taken only if it extends exactly what is known here;
 * otherwise, and after every loss of the stream, the watch begins again, with the whole configuration if need be. A
 * controller that lags cannot take the node back: an older revision is not taken.
 *
 * <p>Works on the control loop; {@link #current} may be read by any thread.
 */
final class ConfigWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);
    private static final long SILENCE_MAX_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * The longest pause of a node that has joined no cluster yet: it waits for somebody who is founding one, and a few
     * questions a second are no burden to controllers that do nothing else.
     */
    private static final long NEWCOMER_PAUSE_MILLIS = 200;

    private final ControllerLink link;
    private final TaskLoop loop;
    private final Backoff backoff;
    private final LongSupplier nanoTime;
    private final LongSupplier clusterId;
    private final Follower follower;
    private volatile @Nullable ClusterConfig current;
    private @Nullable Attempt attempt;
    private boolean wantWhole;
    private boolean confirmed;
    private boolean stopped;

    ConfigWatch(Parts parts, LongSupplier clusterId, Follower follower) {
        this.link = parts.link();
        this.loop = parts.loop();
        this.backoff = parts.backoff();
        this.nanoTime = parts.nanoTime();
        this.clusterId = clusterId;
        this.follower = follower;
    }

    /** Who follows; told on the control loop, in the order of the revisions. */
    @FunctionalInterface
    interface Follower {

        /** A configuration was taken; {@code delta} is what changed, or null where the whole one came. */
        void follow(ClusterConfig config, @Nullable ConfigDelta delta);
    }

    /** What the watch works with. */
    record Parts(ControllerLink link, TaskLoop loop, Backoff backoff, LongSupplier nanoTime) {}

    /** The configuration last taken, or null before the first. */
    @Nullable
    ClusterConfig current() {
        return current;
    }

    /** Begins to watch, after what is known already. */
    void start(@Nullable ClusterConfig known) {
        current = known;
        open();
    }

    /** Ends the watch. */
    void stop() {
        stopped = true;
        if (attempt != null) {
            attempt.end();
            attempt = null;
        }
    }

    private void open() {
        if (stopped || attempt != null) {
            return;
        }
        ClusterConfig known = wantWhole ? null : current;
        WatchRequest request = WatchRequest.newBuilder()
                .setClusterId(clusterId.getAsLong())
                .setProtocolVersion(ProtocolVersion.CURRENT)
                .setFromRevision(known == null ? 0 : known.revision())
                .setFromHash(known == null ? ByteString.EMPTY : ConfigWire.toWire(known.hash()))
                .build();
        Attempt opened = new Attempt(link.address(), nanoTime.getAsLong());
        attempt = opened;
        opened.context.run(() -> ControllerGrpc.newStub(link.channel()).watch(request, opened));
        checkSilence(opened, SILENCE_MAX_NANOS);
    }

    private void checkSilence(Attempt watching, long afterNanos) {
        loop.schedule(
                () -> {
                    long silent = nanoTime.getAsLong() - watching.lastHeardNanos;
                    if (silent >= SILENCE_MAX_NANOS) {
                        lost(watching, "", "silent for " + TimeUnit.NANOSECONDS.toSeconds(SILENCE_MAX_NANOS) + " s");
                    } else if (watching == attempt) {
                        checkSilence(watching, SILENCE_MAX_NANOS - silent);
                    }
                },
                1 + TimeUnit.NANOSECONDS.toMillis(afterNanos));
    }

    private void heard(Attempt from, WatchEvent event) {
        if (from != attempt) {
            return;
        }
        from.lastHeardNanos = nanoTime.getAsLong();
        if (event.getCode() != StatusCode.OK && event.getCode() != StatusCode.STATUS_UNSPECIFIED) {
            wantWhole |= event.getCode() == StatusCode.NO_SUCH_CONFIG;
            if (event.getCode() == StatusCode.WRONG_CLUSTER || event.getCode() == StatusCode.UNSUPPORTED_VERSION) {
                LOG.error("the controller at {} refuses this node: {}", from.address, event.getMessage());
            }
            lost(from, event.getLeaderHint(), event.getCode() + " " + event.getMessage());
            return;
        }
        backoff.reset();
        try {
            switch (event.getEventCase()) {
                case FULL -> takeWhole(from, ConfigWire.fromWire(event.getFull()));
                case DELTA -> takeDelta(from, event);
                case KEEP_ALIVE -> confirm(event.getKeepAlive().getRevision());
                case EVENT_NOT_SET -> {}
            }
        } catch (MalformedConfigException e) {
            wantWhole = true;
            lost(from, "", String.valueOf(e.getMessage()));
        }
    }

    private void takeWhole(Attempt from, ClusterConfig whole) {
        long expected = clusterId.getAsLong();
        if (expected != 0 && whole.clusterId() != expected) {
            lost(
                    from,
                    "",
                    "it serves cluster " + Long.toHexString(whole.clusterId()) + ", and this node belongs to "
                            + Long.toHexString(expected) + "; check the addresses of the controllers");
            return;
        }
        ClusterConfig known = current;
        if (known != null && whole.revision() < known.revision()) {
            if (whole.terms().lastRestoredAt() != known.terms().lastRestoredAt()) {
                LOG.error(
                        "the controller at {} was restored with numbers below those that this node knows: end it, and"
                                + " restore again with a clock that is right",
                        from.address);
            }
            lost(from, "", "it lags: it has revision " + whole.revision() + ", known is " + known.revision());
            return;
        }
        wantWhole = false;
        take(whole, null);
    }

    private void takeDelta(Attempt from, WatchEvent event) {
        ClusterConfig known = current;
        if (known == null) {
            wantWhole = true;
            lost(from, "", "a change came before any configuration");
            return;
        }
        if (event.getDelta().getRevision() <= known.revision()) {
            return;
        }
        ConfigDelta delta = ConfigWire.fromWire(event.getDelta());
        switch (known.apply(delta)) {
            case Extension.Extended(ClusterConfig extended) -> take(extended, delta);
            case Extension.Refused(String why) -> {
                wantWhole = true;
                lost(from, "", why);
            }
        }
    }

    /**
     * The controller says that nothing is newer than {@code revision}: that makes what was kept over a restart current.
     */
    private void confirm(long revision) {
        ClusterConfig known = current;
        if (!confirmed && known != null && known.revision() == revision) {
            take(known, null);
        }
    }

    private void take(ClusterConfig config, @Nullable ConfigDelta delta) {
        current = config;
        confirmed = true;
        follower.follow(config, delta);
    }

    private void lost(Attempt from, String hint, String why) {
        if (from != attempt) {
            return;
        }
        LOG.debug("watch of the configuration at {} ended: {}", from.address, why);
        attempt = null;
        from.end();
        link.turnFrom(from.address, hint);
        loop.schedule(this::open, pauseMillis(backoff, clusterId.getAsLong()));
    }

    /** How long a node of this cluster, 0 for none yet, waits before it turns to the controllers again. */
    static long pauseMillis(Backoff backoff, long clusterId) {
        long pause = backoff.nextMillis();
        return clusterId == 0 ? Math.min(pause, NEWCOMER_PAUSE_MILLIS) : pause;
    }

    /** One stream of events; its calls come from the transport's threads and go to the loop. */
    private final class Attempt implements StreamObserver<WatchEvent> {

        private final String address;
        private final Context.CancellableContext context = Context.ROOT.withCancellation();
        private long lastHeardNanos;

        Attempt(String address, long nowNanos) {
            this.address = address;
            lastHeardNanos = nowNanos;
        }

        void end() {
            context.cancel(null);
        }

        @Override
        public void onNext(WatchEvent event) {
            loop.execute(() -> heard(this, event));
        }

        @Override
        public void onError(Throwable failure) {
            loop.execute(() -> lost(this, "", String.valueOf(failure.getMessage())));
        }

        @Override
        public void onCompleted() {
            loop.execute(() -> lost(this, "", "ended by the controller"));
        }
    }
}

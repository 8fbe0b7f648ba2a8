package io.ostraka.shardctrler.server;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigHash;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.controller.KeepAlive;
import io.ostraka.proto.controller.WatchEvent;
import io.ostraka.proto.controller.WatchRequest;
import io.ostraka.shardctrler.watch.ConfigFeed;
import io.ostraka.shardctrler.watch.Watcher;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The streams of all who watch the configuration. Streams are opened by any thread; all else happens on one executor.
 */
final class WatchHub {

    /** Most streams at a time. */
    static final int STREAMS_MAX = 10_000;

    /** How many rounds of signs of life a follower may take nothing before its stream is ended. */
    static final int STALLED_ROUNDS_MAX = 30;

    private final Executor executor;
    private final Supplier<ConfigFeed> feed;
    private final Map<Stream, Watcher> watchers = new LinkedHashMap<>();
    private boolean closed;

    /**
     * @param executor runs one task at a time
     * @param feed what was last published
     */
    WatchHub(Executor executor, Supplier<ConfigFeed> feed) {
        this.executor = executor;
        this.feed = feed;
    }

    /** Opens a stream, or ends it with what is wrong. Called while the call is being started. */
    void open(
            WatchRequest request,
            StreamObserver<WatchEvent> observer,
            Answers.@Nullable Refused problem,
            String leaderAddress) {
        Stream stream = new Stream((ServerCallStreamObserver<WatchEvent>) observer);
        stream.call.setOnCancelHandler(() -> run(() -> watchers.remove(stream)));
        if (problem != null) {
            stream.end(problem, leaderAddress);
            return;
        }
        byte[] hash = request.getFromHash().toByteArray();
        boolean known = request.getFromRevision() > 0 && hash.length == ConfigHash.SIZE;
        Watcher watcher = new Watcher(
                stream, known ? request.getFromRevision() : 0, known ? ConfigHash.copyOf(hash) : ConfigHash.NONE);
        stream.call.setOnReadyHandler(() -> run(() -> pump(stream)));
        run(() -> add(stream, watcher));
    }

    private void add(Stream stream, Watcher watcher) {
        if (closed || watchers.size() >= STREAMS_MAX) {
            stream.end(new Answers.Refused(StatusCode.OVERLOADED, "too many watch here; ask another controller"), "");
            return;
        }
        if (!stream.call.isCancelled()) {
            watchers.put(stream, watcher);
            pump(stream);
        }
    }

    /** Something was published. Any thread; does not block. */
    void published() {
        run(() -> List.copyOf(watchers.keySet()).forEach(this::pump));
    }

    /** A round of signs of life; on the executor. */
    void keepAlive(boolean alive) {
        for (Stream stream : List.copyOf(watchers.keySet())) {
            Watcher watcher = watchers.get(stream);
            if (watcher != null && !watcher.keepAlive(alive, STALLED_ROUNDS_MAX)) {
                watchers.remove(stream);
            }
        }
    }

    /** Ends all streams; on the executor. */
    void close() {
        closed = true;
        watchers.keySet()
                .forEach(stream -> stream.end(
                        new Answers.Refused(StatusCode.NOT_READY, "this controller is shutting down; ask another"),
                        ""));
        watchers.clear();
    }

    private void pump(Stream stream) {
        Watcher watcher = watchers.get(stream);
        if (watcher != null && !watcher.pump(feed.get())) {
            watchers.remove(stream);
        }
    }

    private void run(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            // The controller is closed, and with it all streams.
        }
    }

    /** One call. */
    private static final class Stream implements Watcher.Outlet {

        private final ServerCallStreamObserver<WatchEvent> call;

        Stream(ServerCallStreamObserver<WatchEvent> call) {
            this.call = call;
        }

        @Override
        public boolean isReady() {
            return call.isReady();
        }

        @Override
        public void whole(ClusterConfig config) {
            call.onNext(ok().setFull(ConfigWire.toWire(config)).build());
        }

        @Override
        public void delta(ConfigDelta delta) {
            call.onNext(ok().setDelta(ConfigWire.toWire(delta)).build());
        }

        @Override
        public void keepAlive(long revision) {
            call.onNext(ok().setKeepAlive(KeepAlive.newBuilder().setRevision(revision))
                    .build());
        }

        @Override
        public void endBehind(long revision) {
            end(
                    new Answers.Refused(
                            StatusCode.NOT_READY,
                            "this controller is at revision " + revision + ", behind the caller; ask another"),
                    "");
        }

        @Override
        public void endStalled() {
            end(new Answers.Refused(StatusCode.OVERLOADED, "the caller takes nothing from its watch"), "");
        }

        private static WatchEvent.Builder ok() {
            return WatchEvent.newBuilder().setCode(StatusCode.OK);
        }

        void end(Answers.Refused why, String leaderAddress) {
            if (!call.isCancelled()) {
                call.onNext(WatchEvent.newBuilder()
                        .setCode(why.code())
                        .setMessage(why.message())
                        .setLeaderHint(leaderAddress)
                        .build());
                call.onCompleted();
            }
        }
    }
}

package io.ostraka.shardkv.server;

import io.grpc.Server;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.KeepAlive;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.RegisterRequest;
import io.ostraka.proto.controller.ReportRequest;
import io.ostraka.proto.controller.WatchEvent;
import io.ostraka.proto.controller.WatchRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A controller as nodes see it: says only what the test has it say, to whoever asked last. */
final class ScriptedController extends ControllerGrpc.ControllerImplBase implements AutoCloseable {

    private final Server server;
    private final List<WatchRequest> watches = new ArrayList<>();
    private final List<RegisterRequest> registrations = new ArrayList<>();
    private final List<ReportRequest> reports = new ArrayList<>();
    private final List<StreamObserver<WatchEvent>> watchers = new ArrayList<>();
    private final List<StreamObserver<NodeReply>> askers = new ArrayList<>();

    ScriptedController(String address) throws IOException {
        server = InProcessServerBuilder.forName(address)
                .directExecutor()
                .addService(this)
                .build()
                .start();
    }

    /** What watches asked for, in order. */
    List<WatchRequest> watches() {
        return watches;
    }

    List<RegisterRequest> registrations() {
        return registrations;
    }

    List<ReportRequest> reports() {
        return reports;
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchEvent> events) {
        watches.add(request);
        // What is said to a watch that has ended is lost, as on any network.
        ((ServerCallStreamObserver<WatchEvent>) events).setOnCancelHandler(() -> {});
        watchers.add(events);
    }

    @Override
    public void register(RegisterRequest request, StreamObserver<NodeReply> replies) {
        registrations.add(request);
        askers.add(replies);
    }

    @Override
    public void report(ReportRequest request, StreamObserver<NodeReply> replies) {
        reports.add(request);
        askers.add(replies);
    }

    void pushes(ClusterConfig whole) {
        watchers.getLast()
                .onNext(WatchEvent.newBuilder()
                        .setCode(StatusCode.OK)
                        .setFull(ConfigWire.toWire(whole))
                        .build());
    }

    void pushes(ConfigDelta delta) {
        watchers.getLast()
                .onNext(WatchEvent.newBuilder()
                        .setCode(StatusCode.OK)
                        .setDelta(ConfigWire.toWire(delta))
                        .build());
    }

    /** Says that nothing is newer than this. */
    void isAlive(long revision) {
        watchers.getLast()
                .onNext(WatchEvent.newBuilder()
                        .setCode(StatusCode.OK)
                        .setKeepAlive(KeepAlive.newBuilder().setRevision(revision))
                        .build());
    }

    void refusesWatch(StatusCode code, String leaderHint) {
        watchers.getLast()
                .onNext(WatchEvent.newBuilder()
                        .setCode(code)
                        .setLeaderHint(leaderHint)
                        .build());
    }

    void endsWatch() {
        watchers.getLast().onCompleted();
    }

    void answers(NodeReply reply) {
        askers.getLast().onNext(reply);
        askers.getLast().onCompleted();
    }

    void answers(StatusCode code, String leaderHint) {
        answers(NodeReply.newBuilder().setCode(code).setLeaderHint(leaderHint).build());
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}

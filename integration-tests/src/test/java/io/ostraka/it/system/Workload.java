package io.ostraka.it.system;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.HistoryRecorder;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All clients of a run and the history of what they were told. */
final class Workload {

    private final HistoryRecorder<KvOperation, KvResult> recorder;
    private final Map<Integer, WritesOracle.Name> names = new HashMap<>();
    private final List<SystemClient> clients = new ArrayList<>();
    private final List<String> keys;
    private boolean stopped;
    private long returned;

    Workload(SystemWorld world) {
        this.recorder = new HistoryRecorder<>(world.queue()::nowNanos);
        this.keys = keys(world.swarm().keys());
        for (int i = 0; i < world.swarm().clients(); i++) {
            clients.add(new SystemClient(world, this, i));
        }
    }

    /** Single keys, and pairs that share a shard. */
    private static List<String> keys(int count) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(i % 3 == 2 ? "{pair" + i / 3 + "}b" : i % 3 == 1 ? "{pair" + i / 3 + "}a" : "key" + i);
        }
        return List.copyOf(keys);
    }

    HistoryRecorder<KvOperation, KvResult> recorder() {
        return recorder;
    }

    List<String> keys() {
        return keys;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Notes under which name a write was sent. */
    void named(int call, WritesOracle.Name name) {
        names.put(call, name);
    }

    Map<Integer, WritesOracle.Name> names() {
        return names;
    }

    void begin() {
        clients.forEach(SystemClient::begin);
    }

    /** No client begins anything more. */
    void stop() {
        stopped = true;
    }

    /** Whether a client waits for an answer. */
    boolean isOwedAnswers() {
        return clients.stream().anyMatch(SystemClient::isWaiting);
    }

    String describe() {
        return clients.stream()
                .filter(SystemClient::isWaiting)
                .map(SystemClient::describe)
                .toList()
                .toString();
    }

    void answered() {
        returned++;
    }

    /** How many calls have returned with a result. */
    long returned() {
        return returned;
    }

    List<Call<KvOperation, KvResult>> calls() {
        return recorder.calls();
    }
}

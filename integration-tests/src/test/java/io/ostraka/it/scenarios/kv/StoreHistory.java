package io.ostraka.it.scenarios.kv;

import io.ostraka.client.RequestId;
import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.HistoryRecorder;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** What all clerks of a scenario called and were told; for any thread. */
final class StoreHistory {

    private final HistoryRecorder<KvOperation, KvResult> recorder;
    private final Map<Integer, RequestId> names = new ConcurrentHashMap<>();

    StoreHistory(LongSupplier clock) {
        this.recorder = new HistoryRecorder<>(clock);
    }

    HistoryRecorder<KvOperation, KvResult>.Open called(String clerk, KvOperation operation) {
        return recorder.called(clerk, operation);
    }

    /** A call ended as unknown; under this name it can be asked for. */
    void named(HistoryRecorder<KvOperation, KvResult>.Open call, RequestId name) {
        names.put(call.id(), name);
    }

    List<Call<KvOperation, KvResult>> calls() {
        return recorder.calls();
    }

    /** The names of those calls whose outcome was unknown at first, by their ids. */
    Map<Integer, RequestId> names() {
        return Map.copyOf(names);
    }
}

package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.SnapshotNeeded;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.storage.LogWrite;
import java.util.ArrayList;
import java.util.List;

/** Ports that only note what they were asked for; tests complete it by hand. */
final class RecordingPorts implements ReplicaPorts<String> {

    final List<LogWrite> writes = new ArrayList<>();
    final List<Message> sent = new ArrayList<>();
    final List<Entry> applied = new ArrayList<>();
    final List<ProposalWaiter<String>> waiters = new ArrayList<>();
    final List<LeadershipEvent> events = new ArrayList<>();
    final List<ReadResult.Ready> readable = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();

    @Override
    public void write(LogWrite write) {
        writes.add(write);
    }

    @Override
    public void send(Message message) {
        sent.add(message);
    }

    @Override
    public void apply(List<Entry> entries, List<ProposalWaiter<String>> answered) {
        applied.addAll(entries);
        waiters.addAll(answered);
    }

    @Override
    public void leadershipChanged(LeadershipEvent event) {
        events.add(event);
    }

    @Override
    public void readable(ReadResult.Ready ready, List<ReadCallback> callbacks) {
        readable.add(ready);
        callbacks.forEach(callback -> callback.completed(ready));
    }

    @Override
    public void sendSnapshot(SnapshotNeeded needed) {}

    @Override
    public void failed(Throwable cause) {
        failures.add(cause);
    }

    /** Takes out what was written since the last call. */
    List<LogWrite> takeWrites() {
        List<LogWrite> taken = List.copyOf(writes);
        writes.clear();
        return taken;
    }
}

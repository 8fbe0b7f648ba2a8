package io.ostraka.shardkv.server;

import com.google.protobuf.UnsafeByteOperations;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.raft.runtime.host.Refusal;
import io.ostraka.shardkv.shard.KvRead;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The reads of one group (DESIGN section 3, Reads). Those that wait share one round: while it is under way the next
 * ones gather. After the round the values are read, on the readers' threads since the store may have to ask the disk;
 * then term (and lease, where the group reads by lease) and the shard's epoch are compared with what they were before.
 * A read that finds them changed is refused, for another group may already serve newer writes.
 *
 * <p>A read that any replica may answer needs no leader here: the round says how far this replica must have applied to
 * hold all that was acknowledged when the round began, and whatever it holds then was true at some time since. So a
 * round also proves, for a while, that its state is not older than so much; reads to which that is good enough need
 * none of their own.
 */
final class GroupReads {

    private record Waiting(KvRequest request, Answers answers, boolean fromLeader) {}

    private final ServedGroup group;
    private final ServedGroup.Shared shared;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    /** Reads that are not answered yet, those included whose value is being read. */
    private final AtomicInteger count = new AtomicInteger();

    private final AtomicBoolean roundUnderWay = new AtomicBoolean();
    /** When the latest round began that succeeded; null before the first. */
    private final AtomicReference<@Nullable Long> provedNanos = new AtomicReference<>();

    GroupReads(ServedGroup group, ServedGroup.Shared shared) {
        this.group = group;
        this.shared = shared;
    }

    /** Takes a read that the leader must answer; false if too many wait. */
    boolean add(KvRequest request, Answers answers) {
        return takePlace() && addWaiting(new Waiting(request, answers, true));
    }

    /** Takes a read that any replica may answer; false if too many wait. */
    boolean addFromAny(KvRequest request, Answers answers) {
        if (!takePlace()) {
            return false;
        }
        if (!isProvedWithin(request.getGet().getMaxStalenessMillis())) {
            return addWaiting(new Waiting(request, answers, false));
        }
        shared.readers().execute(() -> {
            try {
                answers.answer(byAny(request));
            } finally {
                count.decrementAndGet();
            }
        });
        return true;
    }

    private boolean addWaiting(Waiting read) {
        waiting.add(read);
        beginRound();
        return true;
    }

    /** Whether the state holds what was acknowledged that long ago; what takes no time is never proved beforehand. */
    private boolean isProvedWithin(long millis) {
        Long proved = provedNanos.get();
        long ago = TimeUnit.MILLISECONDS.toNanos(millis);
        return millis != 0 && proved != null && (ago < 0 || shared.nanoTime().getAsLong() - proved <= ago);
    }

    private boolean takePlace() {
        if (count.incrementAndGet() > shared.options().readsWaitingMax()) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    private void beginRound() {
        if (waiting.isEmpty() || !roundUnderWay.compareAndSet(false, true)) {
            return;
        }
        List<Waiting> batch = new ArrayList<>();
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            batch.add(next);
        }
        if (batch.isEmpty()) {
            roundUnderWay.set(false);
            beginRound();
            return;
        }
        long begunNanos = shared.nanoTime().getAsLong();
        group.raft().read(result -> {
            if (result instanceof ReadResult.Ready) {
                provedNanos.accumulateAndGet(begunNanos, GroupReads::later);
            }
            roundUnderWay.set(false);
            beginRound();
            completed(batch, result);
        });
    }

    private static Long later(@Nullable Long one, Long other) {
        return one == null || other - one > 0 ? other : one;
    }

    private void completed(List<Waiting> batch, ReadResult result) {
        switch (result) {
            case ReadResult.Ready ready ->
                shared.readers().execute(() -> {
                    try {
                        readAll(batch, ready);
                    } finally {
                        count.addAndGet(-batch.size());
                    }
                });
            case ReadResult.Refused(Refusal refusal) -> {
                for (Waiting read : batch) {
                    read.answers().answer(group.refused(read.request(), refusal));
                }
                count.addAndGet(-batch.size());
            }
        }
    }

    private void readAll(List<Waiting> batch, ReadResult.Ready proved) {
        Map<Answers, List<KvResponse>> replies = new LinkedHashMap<>();
        for (Waiting read : batch) {
            KvResponse reply = read.fromLeader() ? byLeader(read.request(), proved) : byAny(read.request());
            replies.computeIfAbsent(read.answers(), _ -> new ArrayList<>()).add(reply);
        }
        replies.forEach(Answers::answer);
    }

    private KvResponse byLeader(KvRequest request, ReadResult.Ready proved) {
        KvResponse found = value(request);
        Leadership after = group.raft().leadership();
        boolean stillLeads = after.leads() && after.term() == proved.term();
        boolean stillLeased =
                !proved.byLease() || after.leasedAt(shared.nanoTime().getAsLong());
        return stillLeads && stillLeased ? found : group.notLeader(request, stillLeads ? null : after.leader());
    }

    /**
     * A replica that has stopped goes nowhere any more and may have stopped for what its state is, however old a state
     * the reader would put up with. One that is quarantined, or removed, shows no shard or is given up: {@link #value}
     * sees that.
     */
    private KvResponse byAny(KvRequest request) {
        KvResponse found = value(request);
        boolean runs = !group.raft().leadership().equals(Leadership.NONE);
        return runs ? found : group.notLeader(request, null);
    }

    /**
     * Reads the value, if the group serves the shard at the same epoch before and after, and serves anything at all.
     */
    private KvResponse value(KvRequest request) {
        KvResponse found = valueInState(request);
        return group.isGivenUp() ? group.notServing(request) : found;
    }

    private KvResponse valueInState(KvRequest request) {
        int shard = request.getShard();
        KvRead read =
                group.machine().read(shard, WriteWire.bytes(request.getGet().getKey()));
        return switch (read) {
            case KvRead.Found(var value, long revision) ->
                KvResponse.newBuilder()
                        .setId(request.getId())
                        .setCode(StatusCode.OK)
                        .setFound(true)
                        .setValue(UnsafeByteOperations.unsafeWrap(value.asByteBuffer()))
                        .setRevision(revision)
                        .setShardTimeMillis(group.shardTimeMillis(shard))
                        .build();
            case KvRead.Missing() ->
                KvResponse.newBuilder()
                        .setId(request.getId())
                        .setCode(StatusCode.OK)
                        .setShardTimeMillis(group.shardTimeMillis(shard))
                        .build();
            case KvRead.NotServing() -> group.notServing(request);
        };
    }
}

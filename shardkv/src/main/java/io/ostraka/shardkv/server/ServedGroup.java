package io.ostraka.shardkv.server;

import io.ostraka.proto.Id128;
import io.ostraka.proto.Limits;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.ReadMode;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.host.Refusal;
import io.ostraka.shardkv.migration.DigestAnswer;
import io.ostraka.shardkv.shard.GroupStateMachine;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A group of which this node has a replica, as its clients meet it. Requests that this replica cannot serve are refused
 * before anything is proposed, with where to go; writes that came together become one log entry; reads wait together.
 * Thread-safe; nothing blocks.
 */
final class ServedGroup {

    /** What all groups of a node share. */
    record Shared(
            NodeOptions options,
            Supplier<@Nullable ClusterConfig> config,
            RouteHints hints,
            ParkingLot parking,
            Executor readers,
            LongSupplier nanoTime) {}

    private final Shared shared;
    private final RaftGroup<KvResult> raft;
    private final GroupStateMachine machine;
    private final GroupClock clock;
    private final GroupWrites writes;
    private final GroupReads reads;
    private final ReplicaDigests digests;

    ServedGroup(
            Shared shared,
            RaftGroup<KvResult> raft,
            GroupStateMachine machine,
            GroupClock clock,
            ReplicaDigests digests) {
        this.shared = shared;
        this.raft = raft;
        this.machine = machine;
        this.clock = clock;
        this.digests = digests;
        writes = new GroupWrites(this, shared.options());
        reads = new GroupReads(this, shared);
    }

    RaftGroup<KvResult> raft() {
        return raft;
    }

    GroupStateMachine machine() {
        return machine;
    }

    GroupId id() {
        return raft.descriptor().group();
    }

    ReplicaId replica() {
        return raft.descriptor().replica();
    }

    /** What this replica says of its digest at an entry. */
    DigestAnswer digest(long index) {
        // One that has stopped comes no further: whoever waited for it would compare nothing any more.
        return raft.status().failure() == null ? digests.answer(index, machine.view()) : new DigestAnswer.Gone();
    }

    /** Whether what this replica holds is not to be trusted: it serves nothing, and does not lead for long. */
    boolean isQuarantined() {
        return machine.view().quarantine() != null;
    }

    /** The group is no longer here. */
    void end() {
        digests.end();
    }

    /** Log time as this node would stamp it now, in milliseconds. */
    long logTimeMillis() {
        return clock.millisAt(shared.nanoTime().getAsLong());
    }

    /** The shard time that this node would stamp now, in milliseconds. */
    long shardTimeMillis(int shard) {
        return machine.view().shard(shard).shardTimeMillis(logTimeMillis());
    }

    /** Takes requests that came together, all well formed and for this group. */
    void submit(Id128 session, List<KvRequest> requests, Answers answers) {
        if (isQuarantined()) {
            answers.answer(requests.stream().map(this::notServing).toList());
            return;
        }
        Leadership leadership = raft.leadership();
        List<KvResponse> refusals = new ArrayList<>();
        List<KvRequest> accepted = new ArrayList<>(requests.size());
        for (KvRequest request : requests) {
            KvResponse refusal = null;
            if (request.hasGet() && request.getGet().getMode() == ReadMode.ANY_REPLICA) {
                refusal = reads.addFromAny(request, answers) ? null : overloaded(request);
            } else if (!leadership.leads()) {
                refusal = notLeader(request, leadership.leader());
            } else {
                refusal = admit(session, request, answers, accepted);
            }
            if (refusal != null) {
                refusals.add(refusal);
            }
        }
        if (!refusals.isEmpty()) {
            answers.answer(refusals);
        }
        if (!accepted.isEmpty()) {
            writes.propose(session, accepted, answers);
        }
    }

    /** Begins to serve a request or parks it; otherwise the refusal. */
    private @Nullable KvResponse admit(
            Id128 session, KvRequest request, Answers answers, List<KvRequest> acceptedWrites) {
        ShardAdmission admission = admission(request.getShard());
        return switch (admission) {
            case ShardAdmission.Serve _ -> {
                if (request.hasGet()) {
                    yield reads.add(request, answers) ? null : overloaded(request);
                }
                if (lacksTime(request)) {
                    yield Replies.timeNeeded(request.getId(), shardTimeMillis(request.getShard()));
                }
                acceptedWrites.add(request);
                yield null;
            }
            case ShardAdmission.Arriving _ -> {
                long deadline = shared.parking().deadlineNanos(patienceMillis(request));
                yield park(session, request, answers, deadline) ? null : retryAfter(request);
            }
            case ShardAdmission.Elsewhere elsewhere -> elsewhere(request, elsewhere);
        };
    }

    private boolean park(Id128 session, KvRequest request, Answers answers, long deadlineNanos) {
        return shared.parking().park(deadline -> again(session, request, answers, deadline), deadlineNanos);
    }

    private void again(Id128 session, KvRequest request, Answers answers, long deadlineNanos) {
        boolean stillArriving =
                raft.leadership().leads() && admission(request.getShard()) instanceof ShardAdmission.Arriving;
        if (!stillArriving) {
            submit(session, List.of(request), answers);
        } else if (!park(session, request, answers, deadlineNanos)) {
            answers.answer(retryAfter(request));
        }
    }

    private int patienceMillis(KvRequest request) {
        int most = shared.options().parkMillisMax();
        int asked = request.getTimeoutMillis();
        return asked <= 0 ? most : Math.min(asked, most);
    }

    private boolean lacksTime(KvRequest request) {
        long t0 = request.getWrite().getT0Millis();
        return t0 <= 0 || t0 > shardTimeMillis(request.getShard()) + Limits.T0_AHEAD_MILLIS_MAX;
    }

    /** Whether the node has heard that the group serves nothing any more. */
    boolean isGivenUp() {
        return ShardAdmission.isGivenUp(id(), shared.config().get());
    }

    ShardAdmission admission(int shard) {
        ShardView view = machine.view().shard(shard);
        return ShardAdmission.of(id(), shard, view.state(), shared.config().get());
    }

    /** The answer of a group that does not serve the shard, whatever it is that it does with it. */
    KvResponse notServing(KvRequest request) {
        if (isQuarantined()) {
            Leadership leadership = raft.leadership();
            return notLeader(request, leadership.leads() ? null : leadership.leader());
        }
        ShardAdmission admission = admission(request.getShard());
        return admission instanceof ShardAdmission.Elsewhere elsewhere
                ? elsewhere(request, elsewhere)
                : retryAfter(request);
    }

    private KvResponse elsewhere(KvRequest request, ShardAdmission.Elsewhere elsewhere) {
        return Replies.wrongGroup(
                request.getId(),
                request.getShard(),
                shared.hints().to(elsewhere.where(), null, elsewhere.epoch()),
                shardTimeMillis(request.getShard()));
    }

    KvResponse notLeader(KvRequest request, @Nullable ReplicaId leader) {
        return Replies.notLeader(
                request.getId(),
                shared.hints().to(ShardAdmission.ref(id()), leader, 0),
                shardTimeMillis(request.getShard()));
    }

    KvResponse overloaded(KvRequest request) {
        return Replies.overloaded(request.getId(), shardTimeMillis(request.getShard()));
    }

    private KvResponse retryAfter(KvRequest request) {
        return Replies.retryAfter(request.getId(), request.getShard(), shardTimeMillis(request.getShard()));
    }

    /** The answer to a request that Raft refused, and that was therefore never proposed. */
    KvResponse refused(KvRequest request, Refusal refusal) {
        return switch (refusal) {
            case Refusal.NotLeader(ReplicaId leader) -> notLeader(request, leader);
            case Refusal.Transferring() -> notLeader(request, null);
            case Refusal.Stopped() -> notLeader(request, null);
            case Refusal.Overloaded() -> overloaded(request);
        };
    }
}

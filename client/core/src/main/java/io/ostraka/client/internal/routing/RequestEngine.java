package io.ostraka.client.internal.routing;

import io.ostraka.client.RequestId;
import io.ostraka.client.internal.routing.AnswerRules.Step;
import io.ostraka.client.internal.routing.Effects.Ended;
import io.ostraka.client.internal.routing.Effects.Failure;
import io.ostraka.client.internal.routing.Effects.Failure.Kind;
import io.ostraka.client.internal.routing.Request.Attempt;
import io.ostraka.client.internal.routing.Request.State;
import io.ostraka.client.internal.routing.ShardSessions.ShardSession;
import io.ostraka.proto.Limits;
import io.ostraka.proto.StatusCode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of the client's requests: single-threaded, fed with values, returning values.
 *
 * <p>A request goes through these steps, and from each may end by its deadline:
 *
 * <ol>
 *   <li>its shard's group is looked up in the {@linkplain RouteTable cached map}; without one the map is fetched;
 *   <li>a write gets a number of {@linkplain NumberWindow the shard's window}, or waits for one;
 *   <li>it is sent to the group's leader; while none is known, it waits for {@linkplain GroupRoute one probe};
 *   <li>the answer is judged by {@link AnswerRules}, after its hints have mended the map.
 * </ol>
 *
 * <p>A node that does not answer is suspected after a while, but only if it answers nobody: a slow leader must not be
 * asked everything twice. An attempt whose connection broke may have been proposed, unless it had not been handed to
 * the transport.
 */
public final class RequestEngine {

    private static final int REDIRECTS_AT_ONCE_MAX = 4;
    private static final int PROBES_BEFORE_MAP = 3;
    private static final long MILLI = 1_000_000;
    private static final Set<Step> SENDS_AGAIN = EnumSet.of(Step.REDIRECT, Step.RETRY_LATER, Step.STAMP);

    private final EngineConfig config;
    private final String controllers;
    private final SessionName session;
    private final RandomGenerator random;
    private final RouteTable table = new RouteTable();
    private final MapFetching fetching;
    private final ShardSessions sessions = new ShardSessions();
    private final Map<Long, Request> requests = new LinkedHashMap<>();
    private final Map<Long, Attempt> attempts = new LinkedHashMap<>();
    private final NodeSilence silence = new NodeSilence();
    private final Set<String> suspects = new TreeSet<>();
    private final Set<Integer> freedShards = new TreeSet<>();

    private Effects effects = new Effects();
    private long lastAttempt;
    private long nextWakeNanos = Long.MAX_VALUE;

    /**
     * An engine that knows no map yet.
     *
     * @param controllers what to call the controllers in messages: their addresses
     */
    public RequestEngine(EngineConfig config, String controllers, SessionName session, RandomGenerator random) {
        this.config = config;
        this.controllers = controllers;
        this.session = session;
        this.random = random;
        this.fetching = new MapFetching(config.map(), random);
    }

    /** A caller wants this done until then; {@code id} is new. */
    public Effects submit(long id, Operation operation, long deadlineNanos, long nowNanos) {
        Request request = new Request(id, operation, nowNanos, deadlineNanos);
        requests.put(id, request);
        wakeBy(deadlineNanos);
        String flaw = operation.flaw();
        if (flaw != null) {
            fail(request, Kind.INVALID, flaw);
        } else {
            dispatch(request, nowNanos);
        }
        return drain(nowNanos);
    }

    /** A node answered. */
    public Effects answered(String node, List<Reply> replies, long nowNanos) {
        silence.answered(node, replies.size(), nowNanos);
        suspects.remove(node);
        for (Reply reply : replies) {
            Attempt attempt = attempts.remove(reply.attempt());
            if (attempt != null) {
                attempt.request.outstanding.remove(attempt);
                judge(attempt, reply, nowNanos);
            }
        }
        return drain(nowNanos);
    }

    /**
     * The transport is ready to take this attempt. Returns whether it is still to be sent: if its request has ended in
     * the meantime, it is not, since that may have been reported as not applied.
     */
    public boolean handOver(long attemptId, long nowNanos) {
        Attempt attempt = attempts.get(attemptId);
        if (attempt == null) {
            return false;
        }
        attempt.handedOver = true;
        silence.asked(attempt.node, nowNanos);
        wakeBy(nowNanos + config.silenceNanos());
        return true;
    }

    /**
     * The connection to a node broke, or could not be made. What had not been {@linkplain #handOver handed over}
     * certainly did not arrive.
     *
     * @param refusal the code with which the node refused the whole stream; OK if it did not
     */
    public Effects disconnected(String node, StatusCode refusal, String reason, long nowNanos) {
        silence.forget(node);
        suspects.remove(node);
        for (GroupRoute group : table.groups()) {
            if (node.equals(group.leader())) {
                leaderLost(group, nowNanos);
            }
        }
        for (Attempt attempt : List.copyOf(attempts.values())) {
            if (!attempt.node.equals(node)) {
                continue;
            }
            attempts.remove(attempt.id);
            Request request = attempt.request;
            if (refusal != StatusCode.OK) {
                request.outstanding.remove(attempt);
                judge(attempt, Reply.of(attempt.id, refusal, reason), nowNanos);
            } else {
                request.trouble = node + ": " + reason;
                request.lose(attempt);
                attemptEnded(attempt, nowNanos);
            }
        }
        return drain(nowNanos);
    }

    /** A controller sent the configuration. */
    public Effects mapArrived(RoutingMap map, long nowNanos) {
        fetching.arrived(table.learn(map), nowNanos);
        for (Request request : inState(State.AWAITING_MAP)) {
            dispatch(request, nowNanos);
        }
        return drain(nowNanos);
    }

    /** No controller answered. */
    public Effects mapUnavailable(String reason, long nowNanos) {
        fetching.failed(!requests.isEmpty(), nowNanos);
        for (Request request : inState(State.AWAITING_MAP)) {
            request.trouble = reason;
        }
        return drain(nowNanos);
    }

    /** Time passed; to be called at {@link #nextWakeNanos} at the latest. */
    public Effects tick(long nowNanos) {
        nextWakeNanos = Long.MAX_VALUE;
        for (Request request : new ArrayList<>(requests.values())) {
            if (request.state == State.ENDED) {
                continue;
            }
            if (nowNanos >= request.deadlineNanos) {
                timeOut(request, nowNanos);
                continue;
            }
            wakeBy(request.deadlineNanos);
            if (request.state == State.BACKING_OFF) {
                wakeUp(request, nowNanos);
            } else if (request.state == State.IN_FLIGHT) {
                watch(request, nowNanos);
            }
        }
        return drain(nowNanos);
    }

    /** When {@link #tick} is due; {@link Long#MAX_VALUE}: not before another input. */
    public long nextWakeNanos() {
        return nextWakeNanos;
    }

    // ---- where a request goes

    private void dispatch(Request request, long nowNanos) {
        GroupRoute group = route(request);
        if (request.state == State.ENDED) {
            return;
        }
        if (group == null) {
            request.state = State.AWAITING_MAP;
            if (table.isEmpty() && request.trouble.isEmpty()) {
                request.trouble = "no answer yet from the controllers, " + controllers;
            }
            fetching.want();
            return;
        }
        if (request.isWrite() && !sessions.of(request.shard).assign(request)) {
            return;
        }
        if (request.isFromAnyReplica() && !group.addresses().isEmpty()) {
            List<String> nodes = group.addresses();
            send(request, group, nodes.get(random.nextInt(nodes.size())), nowNanos);
            return;
        }
        String leader = group.leader();
        if (leader == null) {
            request.state = State.AWAITING_LEADER;
            group.waiting.addLast(request);
            wakeBy(group.isProbing() ? Long.MAX_VALUE : Math.max(nowNanos, group.nextProbeNanos()));
        } else if (!request.isSentTo(leader)) {
            send(request, group, leader, nowNanos);
        } else {
            request.state = State.IN_FLIGHT;
        }
    }

    /**
     * The group that holds the request's shard; null: not known. Ends the request if its keys are of several shards.
     */
    private @Nullable GroupRoute route(Request request) {
        if (table.isEmpty()) {
            return null;
        }
        if (request.shard < 0) {
            request.shard = ShardLookup.shardOf(request.operation, table.shards());
            String flaw = ShardLookup.flaw(request.operation, request.shard, table.shards());
            if (flaw != null) {
                fail(request, Kind.INVALID, flaw);
                return null;
            }
        }
        return table.holder(request.shard);
    }

    private void send(Request request, GroupRoute group, String node, long nowNanos) {
        Attempt attempt = new Attempt(++lastAttempt, request, group.name, node);
        attempts.put(attempt.id, attempt);
        request.outstanding.add(attempt);
        request.attempts++;
        request.state = State.IN_FLIGHT;
        long timeoutMillis = Math.max(1, (request.deadlineNanos - nowNanos) / MILLI);
        effects.sends()
                .add(new Effects.Send(
                        node,
                        attempt.id,
                        new Effects.Place(group.name, request.shard),
                        request.operation,
                        header(request, nowNanos),
                        timeoutMillis));
    }

    private Effects.@Nullable Header header(Request request, long nowNanos) {
        if (request.operation instanceof Operation.Ask ask) {
            RequestId asked = ask.request();
            SessionName asker = new SessionName(asked.sessionHigh(), asked.sessionLow());
            long lowest = asker.equals(session)
                    ? Math.min(
                            asked.number(), sessions.of(asked.shard()).numbers.lowestUnanswered())
                    // The lowest that another client may still wait for: asking must not end that wait.
                    : Math.max(0, asked.number() - (Limits.SESSION_WINDOW - 1));
            return new Effects.Header(asker, asked.number(), lowest, asked.t0Millis());
        }
        if (!request.isWrite()) {
            return null;
        }
        ShardSession shard = sessions.of(request.shard);
        if (request.t0Millis == 0) {
            request.t0Millis = shard.clock.nowMillis(nowNanos);
        }
        return new Effects.Header(session, request.number, shard.numbers.lowestUnanswered(), request.t0Millis);
    }

    // ---- what an answer means

    private void judge(Attempt attempt, Reply reply, long nowNanos) {
        Request request = attempt.request;
        request.trouble = FailureText.refused(attempt, reply);
        boolean mended = learn(attempt, reply, nowNanos);
        if (request.isWrite() && request.t0Millis != 0 && AnswerRules.isOpen(reply)) {
            request.mayHaveRun = true;
        }
        act(request, reply, mended, nowNanos);
        attemptEnded(attempt, nowNanos);
    }

    /** Takes in what the answer tells beside its verdict. Returns whether a redirected request can follow at once. */
    private boolean learn(Attempt attempt, Reply reply, long nowNanos) {
        Request request = attempt.request;
        ShardClock clock = sessions.of(request.shard).clock;
        if (reply.code() == StatusCode.TIME_NEEDED) {
            clock.correct(reply.shardTimeMillis(), nowNanos);
        } else {
            clock.told(reply.shardTimeMillis(), nowNanos);
        }
        GroupRoute group = table.group(attempt.group);
        if (reply.code() == StatusCode.WRONG_GROUP) {
            return table.learn(request.shard, attempt.group, reply.way().hint());
        }
        boolean wasLeader = attempt.node.equals(group.leader());
        if (reply.code() == StatusCode.NOT_LEADER) {
            Reply.Hint hint = reply.way().hint();
            String hinted = hint == null ? "" : hint.leader();
            boolean useful = !hinted.isEmpty() && !hinted.equals(attempt.node) && !suspects.contains(hinted);
            if (useful && (wasLeader || group.leader() == null)) {
                group.hinted(hinted);
                return true;
            }
        }
        if (wasLeader && isNoLonger(reply.code())) {
            leaderLost(group, nowNanos);
        } else if (AnswerRules.isFromLeader(reply) && !request.isFromAnyReplica()) {
            group.confirmed(attempt.node);
        }
        return group.leader() != null;
    }

    private static boolean isNoLonger(StatusCode code) {
        return code == StatusCode.NOT_LEADER || code == StatusCode.NOT_READY || code == StatusCode.UNKNOWN_OUTCOME;
    }

    private void act(Request request, Reply reply, boolean mended, long nowNanos) {
        if (request.state == State.ENDED) {
            return;
        }
        Step step = AnswerRules.decide(request, reply);
        if (request.heldVerdict != null && SENDS_AGAIN.contains(step)) {
            return;
        }
        switch (step) {
            case SUCCEED -> succeed(request, reply);
            case REFUSE -> fail(request, FailureText.kindOf(reply.code()), request.trouble);
            case GIVE_UP -> outcomeUnknown(request, request.trouble);
            case HOLD -> request.heldVerdict = reply;
            case STAMP -> stamp(request, nowNanos);
            case RENUMBER -> renumber(request, nowNanos);
            case REDIRECT -> redirect(request, reply, mended, nowNanos);
            case RETRY_LATER -> retryLater(request, reply.way().retryAfterMillis(), nowNanos);
        }
    }

    private void redirect(Request request, Reply reply, boolean mended, long nowNanos) {
        if (request.state == State.BACKING_OFF) {
            return;
        }
        request.redirects++;
        if (!mended && reply.code() == StatusCode.WRONG_GROUP) {
            fetching.want();
            retryLater(request, reply.way().retryAfterMillis(), nowNanos);
        } else if (request.redirects > REDIRECTS_AT_ONCE_MAX) {
            retryLater(request, 0, nowNanos);
        } else if (mended || request.outstanding.isEmpty()) {
            dispatch(request, nowNanos);
        }
    }

    private void retryLater(Request request, long atLeastMillis, long nowNanos) {
        request.state = State.BACKING_OFF;
        request.redirects = 0;
        request.refusals++;
        long delay = Math.max(atLeastMillis * MILLI, config.refusal().delayNanos(request.refusals, random));
        request.wakeNanos = nowNanos + delay;
        wakeBy(request.wakeNanos);
    }

    private void stamp(Request request, long nowNanos) {
        if (sessions.of(request.shard).clock.nowMillis(nowNanos) == 0) {
            retryLater(request, 0, nowNanos);
        } else if (request.state != State.BACKING_OFF) {
            dispatch(request, nowNanos);
        }
    }

    /** Its number is used up without its having run: it becomes a new write. */
    private void renumber(Request request, long nowNanos) {
        sessions.of(request.shard).numbers.answered(request.number);
        request.number = 0;
        request.t0Millis = 0;
        request.heldVerdict = null;
        request.redirects++;
        if (request.redirects > REDIRECTS_AT_ONCE_MAX) {
            retryLater(request, 0, nowNanos);
        } else {
            dispatch(request, nowNanos);
        }
    }

    /**
     * An attempt is over, however: a probe may have failed, a held verdict may count now, a request may be stranded.
     */
    private void attemptEnded(Attempt attempt, long nowNanos) {
        Request request = attempt.request;
        GroupRoute group = table.group(attempt.group);
        boolean probeFailed = group.probeEnded(attempt.id, nowNanos, probeDelay(group));
        if (probeFailed && group.failures() >= PROBES_BEFORE_MAP) {
            fetching.want();
        }
        boolean last = request.outstanding.isEmpty();
        Reply held = request.heldVerdict;
        if (held != null) {
            if (last && request.state != State.ENDED) {
                request.heldVerdict = null;
                act(request, held, false, nowNanos);
            }
        } else if (request.state == State.IN_FLIGHT && (last || probeFailed)) {
            dispatch(request, nowNanos);
        }
    }

    private void leaderLost(GroupRoute group, long nowNanos) {
        group.lost(nowNanos, probeDelay(group));
        if (group.failures() >= PROBES_BEFORE_MAP) {
            fetching.want();
        }
    }

    private long probeDelay(GroupRoute group) {
        return config.probe().delayNanos(group.failures() + 1, random);
    }

    // ---- what time brings

    private void wakeUp(Request request, long nowNanos) {
        if (nowNanos >= request.wakeNanos) {
            dispatch(request, nowNanos);
        } else {
            wakeBy(request.wakeNanos);
        }
    }

    /** Suspects a node that owes this request an answer, if it answers nobody. */
    private void watch(Request request, long nowNanos) {
        for (Attempt attempt : List.copyOf(request.outstanding)) {
            long since = attempt.handedOver ? silence.sinceNanos(attempt.node) : Long.MAX_VALUE;
            if (since == Long.MAX_VALUE) {
                continue;
            }
            long silentNanos = nowNanos - since;
            if (silentNanos >= config.deadNanos()) {
                if (!effects.disconnects().contains(attempt.node)) {
                    effects.disconnects().add(attempt.node);
                }
            } else if (silentNanos >= config.silenceNanos()) {
                wakeBy(since + config.deadNanos());
                suspect(attempt, silentNanos / MILLI, nowNanos);
            } else {
                wakeBy(since + config.silenceNanos());
            }
        }
    }

    private void suspect(Attempt attempt, long silentMillis, long nowNanos) {
        Request request = attempt.request;
        boolean isNews = suspects.add(attempt.node);
        GroupRoute group = table.group(attempt.group);
        if (attempt.node.equals(group.leader())) {
            leaderLost(group, nowNanos);
        }
        if (isNews || (group.leader() == null && !group.isProbing())) {
            request.trouble = attempt.node + " has not answered for " + silentMillis + " ms";
            if (request.state == State.IN_FLIGHT && !request.isFromAnyReplica()) {
                dispatch(request, nowNanos);
            }
        }
    }

    /** Starts the probes that are due, frees what waits for a leader or a number, and hands out what is to be done. */
    private Effects drain(long nowNanos) {
        while (!freedShards.isEmpty()) {
            int shard = freedShards.iterator().next();
            freedShards.remove(shard);
            ShardSession freed = sessions.of(shard);
            for (Request next = freed.nextWaiting(); next != null; next = freed.nextWaiting()) {
                dispatch(next, nowNanos);
            }
        }
        for (GroupRoute group : table.groups()) {
            if (group.leader() != null) {
                for (Request next = group.nextWaiting(); next != null; next = group.nextWaiting()) {
                    dispatch(next, nowNanos);
                }
            } else if (group.mayProbe(nowNanos)) {
                probe(group, nowNanos);
            } else if (!group.waiting.isEmpty() && !group.isProbing()) {
                wakeBy(group.nextProbeNanos());
            }
        }
        if (fetching.isDue(nowNanos)) {
            effects.wantMap();
        }
        wakeBy(fetching.nextNanos());
        Effects done = effects;
        effects = new Effects();
        return done;
    }

    private void probe(GroupRoute group, long nowNanos) {
        Request request = group.nextWaiting();
        if (request == null) {
            return;
        }
        GroupRoute current = route(request);
        if (current != group) {
            dispatch(request, nowNanos);
            return;
        }
        boolean sent = false;
        for (String node : group.addresses()) {
            if (!request.isSentTo(node)) {
                send(request, group, node, nowNanos);
                group.probing(lastAttempt);
                sent = true;
            }
        }
        if (!sent) {
            fetching.want();
            group.lost(nowNanos, probeDelay(group));
            request.state = State.AWAITING_LEADER;
            group.waiting.addFirst(request);
            wakeBy(group.nextProbeNanos());
        }
    }

    // ---- how a request ends

    private void succeed(Request request, Reply reply) {
        if (request.operation instanceof Operation.Ask ask) {
            RequestId asked = ask.request();
            if (session.equals(new SessionName(asked.sessionHigh(), asked.sessionLow()))) {
                sessions.of(asked.shard()).numbers.answered(asked.number());
                freedShards.add(asked.shard());
            }
        }
        end(request, new Ended(request.id, reply, null));
    }

    private void timeOut(Request request, long nowNanos) {
        String message = FailureText.timedOut(request, nowNanos);
        if (request.isOutcomeOpen()) {
            outcomeUnknown(request, message);
        } else {
            fail(request, Kind.UNAVAILABLE, message);
        }
    }

    private void outcomeUnknown(Request request, String message) {
        RequestId name = new RequestId(session.high(), session.low(), request.shard, request.number, request.t0Millis);
        end(request, new Ended(request.id, null, new Failure(Kind.OUTCOME_UNKNOWN, message, name)));
    }

    private void fail(Request request, Kind kind, String message) {
        end(request, new Ended(request.id, null, new Failure(kind, message, null)));
    }

    private void end(Request request, Ended ended) {
        request.state = State.ENDED;
        requests.remove(request.id);
        for (Attempt attempt : request.outstanding) {
            attempts.remove(attempt.id);
            table.group(attempt.group).probeAbandoned(attempt.id);
        }
        request.outstanding.clear();
        if (request.isWrite() && request.number != 0) {
            NumberWindow numbers = sessions.of(request.shard).numbers;
            Failure failure = ended.failure();
            if (failure != null && failure.kind() == Kind.OUTCOME_UNKNOWN) {
                numbers.unknown(request.number);
            } else {
                numbers.answered(request.number);
            }
            freedShards.add(request.shard);
        }
        effects.endings().add(ended);
    }

    private List<Request> inState(State state) {
        return requests.values().stream()
                .filter(request -> request.state == state)
                .toList();
    }

    private void wakeBy(long nanos) {
        nextWakeNanos = Math.min(nextWakeNanos, nanos);
    }
}

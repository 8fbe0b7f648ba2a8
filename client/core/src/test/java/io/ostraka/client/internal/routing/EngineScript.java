package io.ostraka.client.internal.routing;

import io.ostraka.client.Bytes;
import io.ostraka.client.RequestId;
import io.ostraka.client.Write;
import io.ostraka.client.internal.routing.Effects.Ended;
import io.ostraka.client.internal.routing.Effects.Send;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.GroupRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Drives an engine by hand: one shard, group 100 on nodes a, b, c, group 101 on nodes d, e, f, time in milliseconds.
 */
final class EngineScript {

    static final GroupRef G100 = new GroupRef(100, 1);
    static final GroupRef G101 = new GroupRef(101, 2);
    static final SessionName SESSION = new SessionName(7, 8);
    static final long SHARD_TIME = 1_000_000;

    final List<Send> sent = new ArrayList<>();
    final List<Ended> ended = new ArrayList<>();
    final List<String> disconnects = new ArrayList<>();
    final Set<String> unreachable = new TreeSet<>();
    int mapsWanted;
    long nowMillis = 1_000;

    private final RequestEngine engine = new RequestEngine(EngineConfig.DEFAULT, "k:1", SESSION, new Random(42));
    private long lastId;

    /** An engine that has its map, holds a as leader of group 100, and knows the shard's time. */
    static EngineScript ready() {
        EngineScript script = new EngineScript();
        long id = script.submit(new Operation.Get(Bytes.utf8("warm-up"), null));
        script.map(G100, 1);
        script.ok(script.lastTo("a"));
        if (script.ended.size() != 1 || script.ended.get(0).id() != id) {
            throw new AssertionError("the warm-up did not end: " + script.ended);
        }
        script.sent.clear();
        script.ended.clear();
        script.mapsWanted = 0;
        return script;
    }

    static Operation put() {
        return new Operation.Change(Write.put("key", "value"));
    }

    static Operation get() {
        return new Operation.Get(Bytes.utf8("key"), null);
    }

    long submit(Operation operation) {
        take(engine.submit(++lastId, operation, nanos(nowMillis + 5_000), nanos(nowMillis)));
        return lastId;
    }

    void map(@Nullable GroupRef holder, long epoch) {
        Map<GroupRef, List<String>> groups = Map.of(G100, List.of("a", "b", "c"), G101, List.of("d", "e", "f"));
        RoutingMap map = new RoutingMap(1, 1, List.of(new RoutingMap.Shard(holder, epoch)), groups);
        take(engine.mapArrived(map, nanos(nowMillis)));
    }

    void mapUnavailable(String reason) {
        take(engine.mapUnavailable(reason, nanos(nowMillis)));
    }

    void ok(Send send) {
        Reply.Content content = new Reply.Content(true, Bytes.utf8("value"), 12, StatusCode.OK);
        reply(send, new Reply(send.attempt(), StatusCode.OK, "", content, SHARD_TIME, Reply.Way.NONE));
    }

    void answer(Send send, StatusCode code) {
        reply(send, new Reply(send.attempt(), code, "", Reply.Content.NONE, SHARD_TIME, Reply.Way.NONE));
    }

    void notLeader(Send send, String leader) {
        redirect(send, StatusCode.NOT_LEADER, new Reply.Hint(null, leader, List.of(), 0));
    }

    void wrongGroup(Send send, GroupRef group, long epoch) {
        redirect(send, StatusCode.WRONG_GROUP, new Reply.Hint(group, "", List.of("d", "e", "f"), epoch));
    }

    private void redirect(Send send, StatusCode code, Reply.Hint hint) {
        reply(send, new Reply(send.attempt(), code, "", Reply.Content.NONE, 0, new Reply.Way(hint, 0)));
    }

    void reply(Send send, Reply reply) {
        take(engine.answered(send.node(), List.of(reply), nanos(nowMillis)));
    }

    void lose(String node) {
        take(engine.disconnected(node, StatusCode.OK, "connection reset", nanos(nowMillis)));
    }

    /** From now on this node cannot be connected to; what was sent to it and taken is lost. */
    void unreachable(String... nodes) {
        unreachable.addAll(List.of(nodes));
        for (String node : nodes) {
            lose(node);
        }
    }

    /** A connection is made after all. Returns whether this is still to be sent. */
    boolean handOver(Send send) {
        return engine.handOver(send.attempt(), nanos(nowMillis));
    }

    /** The tries to connect to the unreachable nodes fail. */
    void refuseConnections() {
        for (String node : unreachable) {
            take(engine.disconnected(node, StatusCode.OK, "connection refused", nanos(nowMillis)));
        }
    }

    void refuseStream(String node, StatusCode code) {
        take(engine.disconnected(node, code, "you are not of us", nanos(nowMillis)));
    }

    /** Lets time pass, ticking when the engine asks for it. */
    void pass(long millis) {
        long end = nowMillis + millis;
        while (engine.nextWakeNanos() <= nanos(end)) {
            nowMillis = Math.max(nowMillis, (engine.nextWakeNanos() + 999_999) / 1_000_000);
            take(engine.tick(nanos(nowMillis)));
        }
        nowMillis = end;
    }

    /** What was sent last, which must have gone to this node. */
    Send lastTo(String node) {
        for (int i = sent.size() - 1; i >= 0; i--) {
            if (sent.get(i).node().equals(node)) {
                return sent.get(i);
            }
        }
        throw new AssertionError("nothing was sent to " + node + " but " + sent);
    }

    List<String> nodesSentTo() {
        return sent.stream().map(Send::node).toList();
    }

    Effects.Header header(Send send) {
        Effects.Header header = send.header();
        if (header == null) {
            throw new AssertionError("no header: " + send);
        }
        return header;
    }

    Effects.Failure failure() {
        Effects.Failure failure = ended.isEmpty() ? null : ended.get(0).failure();
        if (failure == null) {
            throw new AssertionError("no failure: " + ended);
        }
        return failure;
    }

    RequestId unknownRequest() {
        RequestId request = failure().request();
        if (request == null) {
            throw new AssertionError("not unknown: " + ended);
        }
        return request;
    }

    private void take(Effects effects) {
        for (Send send : effects.sends()) {
            sent.add(send);
            if (!unreachable.contains(send.node()) && !engine.handOver(send.attempt(), nanos(nowMillis))) {
                throw new AssertionError("sent though its request has ended: " + send);
            }
        }
        ended.addAll(effects.endings());
        disconnects.addAll(effects.disconnects());
        mapsWanted += effects.fetchMap() ? 1 : 0;
    }

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }
}

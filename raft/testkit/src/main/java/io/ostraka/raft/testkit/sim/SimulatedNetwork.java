package io.ostraka.raft.testkit.sim;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ostraka.proto.raft.RaftFrame;
import io.ostraka.raft.runtime.host.PeerMessage;
import io.ostraka.raft.runtime.transport.MalformedFrameException;
import io.ostraka.raft.runtime.transport.RaftCodec;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The network between the nodes: delays, loses, doubles, reorders and replays messages, which travel as the bytes that
 * production sends, and can be cut or held up in each direction between any two nodes.
 */
final class SimulatedNetwork {

    /**
     * What production's connection between two processes tells apart.
     *
     * @param start which run of the sender it is
     * @param sentNanos when the message was sent, in virtual time
     */
    record Session(long start, long sentNanos) {}

    /** Takes what arrives at a node. */
    interface Receiver {
        void received(int from, Session session, List<PeerMessage> messages);
    }

    /** What a detour says of a message that never arrives. */
    static final long LOST = -1;

    /** How far apart messages arrive that were held up together. */
    private static final long GAP_NANOS = 1_000;

    private final EventQueue queue;
    private final Dice dice;
    private final Trace trace;
    private final FaultCounts counts;
    private final Watcher watcher;
    private final Receiver[] receivers;
    private final boolean[][] cut;
    private final @Nullable Deque<Runnable>[][] heldUp;
    private final long[][] lastArrival;
    private final long lateNanos;
    private Swarm.Network manner;
    private ToLongFunction<PeerMessage> detour = message -> 0;

    SimulatedNetwork(World world, long lateNanos) {
        this.queue = world.queue();
        this.dice = world.dice("network");
        this.trace = world.trace();
        this.counts = world.counts();
        this.watcher = world.watcher();
        this.manner = world.swarm().network();
        this.lateNanos = lateNanos;
        int nodes = world.swarm().nodes();
        this.receivers = new Receiver[nodes];
        this.cut = new boolean[nodes][nodes];
        this.heldUp = heldUp(nodes);
        this.lastArrival = new long[nodes][nodes];
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static @Nullable Deque<Runnable>[][] heldUp(int nodes) {
        return new Deque[nodes][nodes];
    }

    void attach(int node, Receiver receiver) {
        receivers[node] = receiver;
    }

    /** Cuts what goes from one node to another, also what is on its way. */
    void cut(int from, int to) {
        cut[from][to] = true;
    }

    boolean isCut(int from, int to) {
        return cut[from][to];
    }

    /** Holds up what goes from one node to another, until it is let go. */
    void stall(int from, int to) {
        if (heldUp[from][to] == null) {
            heldUp[from][to] = new ArrayDeque<>();
        }
    }

    /** Has what was held up arrive, in its order. */
    void letGo(int from, int to) {
        Deque<Runnable> late = heldUp[from][to];
        heldUp[from][to] = null;
        if (late != null) {
            long at = 0;
            for (Runnable arrival : late) {
                at += GAP_NANOS;
                queue.after(at, () -> ifJoined(from, to, arrival));
            }
            lastArrival[from][to] = Math.max(lastArrival[from][to], queue.nowNanos() + at);
        }
    }

    /** Joins all nodes again. */
    void heal() {
        for (int from = 0; from < cut.length; from++) {
            Arrays.fill(cut[from], false);
            for (int to = 0; to < cut.length; to++) {
                letGo(from, to);
            }
        }
    }

    /** From now on loses, doubles and replays nothing more, and keeps delays below {@code delayNanos} on average. */
    void calm(long delayNanos) {
        manner = new Swarm.Network(
                Math.min(manner.delayMinNanos(), delayNanos),
                Math.min(manner.delayMeanNanos(), delayNanos),
                true,
                0,
                0,
                0,
                0,
                manner.nodeHeartbeats());
    }

    /**
     * From now on messages take a detour each: they neither wait for what was sent before, nor does what is sent later
     * wait for them.
     *
     * @param furtherNanos how much longer than others a message takes; 0 for no detour, {@link #LOST} if it never
     *     arrives
     */
    void detour(ToLongFunction<PeerMessage> furtherNanos) {
        detour = furtherNanos;
    }

    /** Sends a message as a frame of the sender's run {@code start}. */
    void send(int from, int to, long start, PeerMessage message) {
        RaftFrame.Builder frame = RaftFrame.newBuilder();
        RaftCodec.add(message, frame);
        byte[] bytes = frame.build().toByteArray();
        trace.note("send", (long) from << 32 | to, Arrays.hashCode(bytes));
        trace.say(() -> "n" + from + " -> n" + to + " " + message);
        watcher.sent(from, to, message, bytes.length);
        long further = detour.applyAsLong(message);
        if (further == LOST) {
            counts.injected(Fault.MESSAGE_LOST);
            return;
        }
        Session session = new Session(start, queue.nowNanos());
        Runnable arrival = () -> arrive(from, to, session, bytes);
        carry(from, to, further, arrival);
        if (dice.chance(manner.doubleRate())) {
            counts.injected(Fault.MESSAGE_DOUBLED);
            carry(from, to, further, arrival);
        }
        if (dice.chance(manner.replayRate())) {
            counts.injected(Fault.MESSAGE_REPLAYED);
            queue.after((long) (dice.random().nextDouble() * lateNanos), () -> ifJoined(from, to, arrival));
        }
    }

    /** Carries something that is no message, under the same conditions but neither doubled nor replayed. */
    void carry(int from, int to, Runnable arrival) {
        carry(from, to, 0, arrival);
    }

    private void carry(int from, int to, long furtherNanos, Runnable arrival) {
        if (dice.chance(manner.lossRate())) {
            counts.injected(Fault.MESSAGE_LOST);
            return;
        }
        long delay = manner.delayMinNanos() + dice.nextNanos(manner.delayMeanNanos()) + furtherNanos;
        if (dice.chance(manner.slowRate())) {
            counts.injected(Fault.MESSAGE_DELAYED);
            delay *= dice.between(10, 100);
        }
        long at = queue.nowNanos() + delay;
        if (manner.ordered() && furtherNanos == 0) {
            at = Math.max(at, lastArrival[from][to] + 1);
            lastArrival[from][to] = at;
        }
        queue.after(at - queue.nowNanos(), () -> ifJoined(from, to, arrival));
    }

    private void ifJoined(int from, int to, Runnable arrival) {
        Deque<Runnable> waiting = heldUp[from][to];
        if (cut[from][to]) {
            return;
        }
        if (waiting != null) {
            waiting.add(arrival);
        } else {
            arrival.run();
        }
    }

    private void arrive(int from, int to, Session session, byte[] bytes) {
        try {
            receivers[to].received(from, session, RaftCodec.decode(RaftFrame.parseFrom(bytes)));
        } catch (MalformedFrameException | InvalidProtocolBufferException e) {
            throw new InvariantViolation(Invariant.NO_FAILURE, "a frame does not decode", e);
        }
    }
}

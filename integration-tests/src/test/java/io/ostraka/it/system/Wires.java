package io.ostraka.it.system;

import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.raft.testkit.sim.EventQueue;
import io.ostraka.raft.testkit.sim.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The network: which address is served by which life, how long bytes take from place to place, and which places do not
 * reach each other. A place is a machine, or a client.
 *
 * <p>It carries connections as TCP does: in order, nothing lost and nothing twice, until the connection breaks, which
 * each side notices for itself. What is cut off waits, and arrives late if the cut heals before somebody gives up.
 */
final class Wires {

    private static final double BREAKING = 1.0 / 30;
    private static final double SPLITTING = 1.0 / 16;
    private static final long FURTHER_NANOS_MAX = 26_000_000;

    /** How the network behaves. */
    record Manner(long delayMinNanos, long delayMeanNanos, double slowRate, long giveUpNanos) {}

    /** What listens at an address. */
    record Listening(int place, Life life, ServedMethods methods) {}

    private final EventQueue queue;
    private final Trace trace;
    private final Dice dice;
    private final SortedMap<String, Listening> listening = new TreeMap<>();
    private final List<Connection> connections = new ArrayList<>();
    private final boolean[][] cut;
    private Consumer<Object> overhearing = _ -> {};
    private Manner manner;
    private boolean unreliable;
    private long carried;

    Wires(EventQueue queue, Trace trace, Dice dice, Manner manner, int places) {
        this.queue = queue;
        this.trace = trace;
        this.dice = dice;
        this.manner = manner;
        this.cut = new boolean[places][places];
    }

    EventQueue queue() {
        return queue;
    }

    Trace trace() {
        return trace;
    }

    /** Tells all further messages of callers, when they leave. */
    void overhear(Consumer<Object> listener) {
        overhearing = listener;
    }

    void leaves(Object message) {
        overhearing.accept(message);
    }

    /** Whether what is sent goes apart from what was sent just before. */
    boolean splits() {
        return dice.chance(SPLITTING);
    }

    /** How many frames were sent. */
    long carried() {
        return carried;
    }

    void count() {
        carried++;
    }

    void listen(String address, Listening at) {
        listening.put(address, at);
    }

    void stopListening(String address) {
        listening.remove(address);
    }

    @Nullable
    Listening at(String address) {
        Listening found = listening.get(address);
        return found == null || found.life().isOver() ? null : found;
    }

    /** From now on the network is at its best. */
    void calm(long delayNanos) {
        manner = new Manner(
                Math.min(manner.delayMinNanos(), delayNanos),
                Math.min(manner.delayMeanNanos(), delayNanos),
                0,
                manner.giveUpNanos());
    }

    /** From now on everything takes up to 26 ms longer, and one frame in thirty breaks its connection; or no more. */
    void unreliable(boolean now) {
        unreliable = now;
    }

    /** Whether the frame that is sent now is lost, and its connection with it. */
    boolean isLosing() {
        return unreliable && dice.chance(BREAKING);
    }

    long delayNanos() {
        long delay = manner.delayMinNanos() + dice.nextNanos(manner.delayMeanNanos());
        if (unreliable) {
            delay += dice.random().nextLong(FURTHER_NANOS_MAX);
        }
        return dice.chance(manner.slowRate()) ? delay * dice.between(10, 100) : delay;
    }

    /** How long a side waits for signs of life from the other before it gives the connection up. */
    long giveUpNanos() {
        return manner.giveUpNanos() / 2 + dice.random().nextLong(manner.giveUpNanos());
    }

    boolean isCut(int from, int to) {
        return cut[from][to];
    }

    /** Cuts what goes from one place to another. Connections over the cut are given up if it lasts. */
    void cut(int from, int to) {
        if (from == to || cut[from][to]) {
            return;
        }
        cut[from][to] = true;
        for (Connection connection : connections) {
            if (connection.joins(from, to)) {
                connection.mayBeGivenUp();
            }
        }
    }

    /** Cuts a place off from all others. */
    void isolate(int place) {
        for (int other = 0; other < cut.length; other++) {
            cut(place, other);
            cut(other, place);
        }
    }

    void heal() {
        for (boolean[] row : cut) {
            java.util.Arrays.fill(row, false);
        }
        List.copyOf(connections).forEach(Connection::healed);
    }

    void add(Connection connection) {
        connections.add(connection);
    }

    void remove(Connection connection) {
        connections.remove(connection);
    }

    /** Returns the connections that are open, the oldest first. */
    List<Connection> connections() {
        return connections;
    }

    /** A process has ended: the system tells its peers, unless the machine is gone, too. */
    void ended(Life life, boolean silently) {
        for (Connection connection : List.copyOf(connections)) {
            connection.ended(life, silently);
        }
    }
}

package io.ostraka.it.system;

import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A connection between a client's life and a server's, and the calls on it. */
final class Connection {

    /** One side of a call, as the connection sees it. */
    interface CallEnd {
        /** The connection is gone; nothing more arrives. */
        void broken(Status why);
    }

    /** One side. */
    final class Side {
        private final int place;
        private final Life life;
        private final SimulatedThreads.Queued thread;
        private final List<CallEnd> calls = new ArrayList<>();
        private final Deque<List<Runnable>> arriving = new ArrayDeque<>();
        private List<Runnable> lastSent = new ArrayList<>();
        private long lastSentIn = -1;
        private long lastArrivalNanos;
        private int held;
        private boolean over;

        Side(int place, Life life, SimulatedThreads.Queued thread) {
            this.place = place;
            this.life = life;
            this.thread = thread;
        }

        private Side other() {
            return this == client ? server : client;
        }

        Side peer() {
            return other();
        }

        Wires wires() {
            return wires;
        }

        /** The services behind the connection. */
        ServedMethods methods() {
            return methods;
        }

        boolean isOver() {
            return over || life.isOver();
        }

        void add(CallEnd call) {
            calls.add(call);
        }

        void remove(CallEnd call) {
            calls.remove(call);
        }

        /**
         * Has {@code arrival} happen at the other side, after all that was sent before: mostly together with what was
         * sent in the same event, as TCP has it.
         */
        void send(Runnable arrival) {
            if (isOver()) {
                return;
            }
            wires.count();
            if (wires.isLosing()) {
                wires.queue().after(0, Connection.this::reset);
            }
            long event = wires.queue().ran();
            if (event == lastSentIn && !wires.splits()) {
                lastSent.add(arrival);
                return;
            }
            lastSentIn = event;
            lastSent = new ArrayList<>(List.of(arrival));
            Side to = other();
            long at = Math.max(wires.queue().nowNanos() + wires.delayNanos(), to.lastArrivalNanos + 1);
            to.lastArrivalNanos = at;
            to.arriving.add(lastSent);
            wires.queue().after(at - wires.queue().nowNanos(), to::arrive);
        }

        private void arrive() {
            if (over) {
                return;
            }
            if (wires.isCut(other().place, place)) {
                held++;
                return;
            }
            life.run(() -> {
                List<Runnable> next = arriving.poll();
                if (next != null) {
                    thread.run(() -> take(next));
                }
            });
        }

        private void take(List<Runnable> arrived) {
            for (Runnable arrival : arrived) {
                if (!isOver()) {
                    arrival.run();
                }
            }
        }

        /** Runs this soon, on the side's own thread. */
        void later(Runnable work) {
            life.post(1_000, () -> {
                if (!over) {
                    thread.run(work);
                }
            });
        }

        /** This side takes the connection for broken. */
        void breakOff(String why) {
            if (over) {
                return;
            }
            if (!life.isOver()) {
                // What is closed in order tells the other side.
                send(() -> other().breakOff("closed by the other side"));
            }
            over = true;
            arriving.clear();
            forgetIfOver();
            Status status = Status.UNAVAILABLE.withDescription(why);
            List<CallEnd> ending = List.copyOf(calls);
            calls.clear();
            life.run(() -> thread.run(() -> ending.forEach(call -> call.broken(status))));
        }
    }

    private final Wires wires;
    private final Side client;
    private final Side server;
    private final ServedMethods methods;
    private boolean givingUp;

    Connection(Wires wires, WireChannel.Owner owner, Wires.Listening to) {
        this.wires = wires;
        this.client = new Side(owner.place(), owner.life(), owner.thread());
        this.server = new Side(to.place(), to.life(), to.methods().thread());
        this.methods = to.methods();
        wires.add(this);
    }

    Side client() {
        return client;
    }

    Side server() {
        return server;
    }

    /** Breaks for both sides; what is on its way is lost. */
    void reset() {
        client.breakOff("reset");
        server.breakOff("reset");
    }

    boolean joins(int one, int other) {
        return (client.place == one && server.place == other) || (client.place == other && server.place == one);
    }

    /** One direction is cut: each side gives up after a while, if the cut is still there. */
    void mayBeGivenUp() {
        if (givingUp) {
            return;
        }
        givingUp = true;
        wires.queue().after(wires.giveUpNanos(), () -> giveUp(client));
        wires.queue().after(wires.giveUpNanos(), () -> giveUp(server));
    }

    private void giveUp(Side side) {
        boolean cut = wires.isCut(client.place, server.place) || wires.isCut(server.place, client.place);
        if (cut || side.other().over) {
            side.breakOff("the other side does not answer");
        } else {
            givingUp = false;
        }
    }

    void healed() {
        for (Side side : List.of(client, server)) {
            for (; side.held > 0; side.held--) {
                wires.queue().after(wires.delayNanos(), side::arrive);
            }
        }
    }

    /** A process ended. */
    void ended(Life life, boolean silently) {
        Side gone = client.life == life ? client : server.life == life ? server : null;
        if (gone == null || gone.over) {
            return;
        }
        gone.over = true;
        gone.arriving.clear();
        forgetIfOver();
        Side left = gone.other();
        if (left.over) {
            return;
        }
        if (silently) {
            wires.queue().after(wires.giveUpNanos(), () -> left.breakOff("the other side does not answer"));
        } else {
            wires.queue().after(wires.delayNanos(), () -> lost(left, gone));
        }
    }

    /** The system of a process that died resets the connection, once that can be heard. */
    private void lost(Side left, Side gone) {
        if (left.over) {
            return;
        }
        if (wires.isCut(gone.place, left.place)) {
            wires.queue().after(wires.giveUpNanos(), () -> left.breakOff("the other side does not answer"));
        } else {
            left.breakOff("reset by the other side");
        }
    }

    private void forgetIfOver() {
        if (client.over && server.over) {
            wires.remove(this);
        }
    }
}

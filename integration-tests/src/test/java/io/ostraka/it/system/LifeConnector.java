package io.ostraka.it.system;

import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.ostraka.raft.runtime.transport.Connector;
import java.util.concurrent.TimeUnit;

/** The way of one life to the others. */
record LifeConnector(Wires wires, WireChannel.Owner owner) implements Connector {

    @Override
    public ManagedChannel open(String address) {
        return new WireChannel(wires, owner, address);
    }

    @Override
    public Deadline deadlineAfter(long millis) {
        return deadlineAfter(wires, millis);
    }

    /** A deadline in virtual time. */
    static Deadline deadlineAfter(Wires wires, long millis) {
        return Deadline.after(millis, TimeUnit.MILLISECONDS, new Ticker(wires));
    }

    /** Virtual time. Deadlines can be compared only if their tickers are one, and these never are. */
    private static final class Ticker extends Deadline.Ticker {
        private final Wires wires;

        Ticker(Wires wires) {
            this.wires = wires;
        }

        @Override
        public long nanoTime() {
            return wires.queue().nowNanos();
        }
    }
}

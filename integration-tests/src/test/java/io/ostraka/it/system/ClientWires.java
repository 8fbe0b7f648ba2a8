package io.ostraka.it.system;

import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.ostraka.client.internal.ClientNetwork;

/** The network and the thread of one client. */
final class ClientWires implements ClientNetwork {

    private final Wires wires;
    private final Life life;
    private final SimulatedThreads.Queued queued;
    private final WireChannel.Owner owner;
    private boolean closing;

    ClientWires(Wires wires, int place, Life life, SimulatedThreads threads) {
        this.wires = wires;
        this.life = life;
        this.queued = threads.thread();
        this.owner = new WireChannel.Owner(place, life, queued);
    }

    @Override
    public ManagedChannel open(String address) {
        return new WireChannel(wires, owner, address);
    }

    @Override
    public Deadline deadlineAfter(long millis) {
        return LifeConnector.deadlineAfter(wires, millis);
    }

    @Override
    public LoopThread thread() {
        return new LoopThread() {
            @Override
            public void execute(Runnable work) {
                if (!closing) {
                    queued.execute(work);
                }
            }

            @Override
            public Alarm schedule(Runnable work, long delayNanos) {
                boolean[] taken = new boolean[1];
                life.post(delayNanos, () -> {
                    if (!taken[0] && !closing) {
                        queued.run(work);
                    }
                });
                return () -> taken[0] = true;
            }

            @Override
            public boolean isCurrent() {
                return queued.isCurrent();
            }

            @Override
            public boolean isClosing() {
                return closing;
            }
        };
    }

    @Override
    public void close() {
        closing = true;
    }
}

package io.ostraka.it.system;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC channel over the simulated network. As with the real one, calls wait while a connection is being made, fail if
 * that fails, and fail at once for a while after that, unless the back-off is reset.
 */
final class WireChannel extends ManagedChannel {

    /** Who uses a channel. */
    record Owner(int place, Life life, SimulatedThreads.Queued thread) {}

    private static final long BACK_OFF_NANOS = 1_000_000_000L;
    private static final long CONNECT_NANOS_MAX = 3_000_000_000L;

    private final Wires wires;
    private final Owner owner;
    private final String address;
    private final List<ClientEnd<?, ?>> waiting = new ArrayList<>();
    private @Nullable Connection connection;
    private boolean connecting;
    private long failedUntilNanos = Long.MIN_VALUE;
    private String failure = "";
    private boolean shutdown;

    WireChannel(Wires wires, Owner owner, String address) {
        this.wires = wires;
        this.owner = owner;
        this.address = address;
    }

    Wires wires() {
        return wires;
    }

    Owner owner() {
        return owner;
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        return new ClientEnd<>(this, method, options);
    }

    /** Gives a call that has started its connection, now or later. */
    void start(ClientEnd<?, ?> call) {
        if (shutdown) {
            call.fail(Status.UNAVAILABLE.withDescription("Channel shutdown invoked"));
            return;
        }
        Connection open = connection;
        if (open != null && !open.client().isOver()) {
            call.connected(open.client());
            return;
        }
        if (wires.queue().nowNanos() < failedUntilNanos) {
            call.fail(Status.UNAVAILABLE.withDescription(failure));
            return;
        }
        waiting.add(call);
        connect();
    }

    private void connect() {
        if (connecting) {
            return;
        }
        connecting = true;
        long asked = wires.delayNanos();
        wires.queue().after(asked, () -> owner.life().run(this::reach));
    }

    private void reach() {
        Wires.Listening to = wires.at(address);
        if (to == null) {
            failed("Connection refused: " + address);
        } else if (wires.isCut(owner.place(), to.place()) || wires.isCut(to.place(), owner.place())) {
            owner.life().post(CONNECT_NANOS_MAX, () -> failed("connection timed out: " + address));
        } else {
            owner.life().post(wires.delayNanos(), () -> connected(to));
        }
    }

    private void connected(Wires.Listening to) {
        connecting = false;
        if (to.life().isOver()) {
            failed("Connection reset: " + address);
            return;
        }
        if (shutdown) {
            return;
        }
        Connection made = new Connection(wires, owner, to);
        connection = made;
        List<ClientEnd<?, ?>> begun = List.copyOf(waiting);
        waiting.clear();
        owner.thread().run(() -> begun.forEach(call -> call.connected(made.client())));
    }

    private void failed(String why) {
        connecting = false;
        failure = why;
        failedUntilNanos = wires.queue().nowNanos() + BACK_OFF_NANOS;
        List<ClientEnd<?, ?>> ending = List.copyOf(waiting);
        waiting.clear();
        owner.thread().run(() -> ending.forEach(call -> call.fail(Status.UNAVAILABLE.withDescription(why))));
    }

    @Override
    public ConnectivityState getState(boolean requestConnection) {
        if (shutdown) {
            return ConnectivityState.SHUTDOWN;
        }
        Connection open = connection;
        if (open != null && !open.client().isOver()) {
            return ConnectivityState.READY;
        }
        return wires.queue().nowNanos() < failedUntilNanos
                ? ConnectivityState.TRANSIENT_FAILURE
                : ConnectivityState.IDLE;
    }

    @Override
    public void resetConnectBackoff() {
        failedUntilNanos = Long.MIN_VALUE;
    }

    @Override
    public ManagedChannel shutdown() {
        shutdown = true;
        return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
        if (!shutdown || connection != null) {
            shutdown = true;
            Connection open = connection;
            connection = null;
            List<ClientEnd<?, ?>> ending = List.copyOf(waiting);
            waiting.clear();
            owner.life()
                    .post(
                            1_000,
                            () -> owner.thread().run(() -> {
                                ending.forEach(call ->
                                        call.fail(Status.UNAVAILABLE.withDescription("Channel shutdownNow invoked")));
                                if (open != null) {
                                    open.client().breakOff("Channel shutdownNow invoked");
                                }
                            }));
        }
        return this;
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }

    @Override
    public String authority() {
        return address;
    }
}

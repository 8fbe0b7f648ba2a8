package io.ostraka.it.system;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The caller's side of a call. */
final class ClientEnd<Q, A> extends ClientCall<Q, A> implements Connection.CallEnd {

    /** How much may be on its way before the sender is asked to wait. */
    static final int UNTAKEN_BYTES_MAX = 64 << 10;

    private final WireChannel channel;
    private final MethodDescriptor<Q, A> method;
    private final CallOptions options;
    private final List<Runnable> unsent = new ArrayList<>();
    private final List<ClientStreamTracer> tracers = new ArrayList<>();
    private final Inbox inbox;
    private @Nullable Listener<A> listener;
    private Connection.@Nullable Side side;
    private @Nullable ServerEnd<?, ?> server;
    private final Context context = Context.current();
    private final Context.CancellationListener cancelled = ended -> cancel("the context was cancelled", null);
    private long untaken;
    private int sent;
    private boolean over;

    ClientEnd(WireChannel channel, MethodDescriptor<Q, A> method, CallOptions options) {
        this.channel = channel;
        this.method = method;
        this.options = options;
        this.inbox = new Inbox(this::receive);
    }

    MethodDescriptor<Q, A> method() {
        return method;
    }

    @Override
    public void start(Listener<A> responses, Metadata headers) {
        listener = responses;
        options.getStreamTracerFactories()
                .forEach(factory -> tracers.add(factory.newClientStreamTracer(
                        ClientStreamTracer.StreamInfo.newBuilder()
                                .setCallOptions(options)
                                .build(),
                        headers)));
        Deadline deadline = options.getDeadline();
        if (deadline != null) {
            channel.owner()
                    .life()
                    .post(
                            Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)),
                            () -> channel.owner().thread().run(() -> endBefore(Status.DEADLINE_EXCEEDED)));
        }
        context.addListener(cancelled, Runnable::run);
        if (!over) {
            channel.start(this);
        }
    }

    /** Has a connection now. */
    void connected(Connection.Side on) {
        if (over) {
            return;
        }
        side = on;
        on.add(this);
        ServerEnd<?, ?> other = new ServerEnd<>(this, on);
        server = other;
        on.send(other::open);
        unsent.forEach(Runnable::run);
        unsent.clear();
        listener().onReady();
    }

    /** Ends without ever having had a connection. */
    void fail(Status why) {
        channel.owner().life().post(1_000, () -> channel.owner().thread().run(() -> closed(why)));
    }

    private Listener<A> listener() {
        Listener<A> told = listener;
        if (told == null) {
            throw new IllegalStateException("the call was not started");
        }
        return told;
    }

    @Override
    public void request(int count) {
        if (side == null || over) {
            inbox.ask(count);
            return;
        }
        if (inbox.isEmpty()) {
            inbox.ask(count);
        } else {
            side.later(() -> inbox.ask(count));
        }
    }

    private void receive(byte[] bytes) {
        if (!over) {
            ServerEnd<?, ?> other = server;
            if (other != null) {
                other.taken(bytes.length);
            }
            listener().onMessage(method.parseResponse(Frame.stream(bytes)));
        }
    }

    @Override
    public void sendMessage(Q message) {
        byte[] bytes = Frame.bytes(method.streamRequest(message));
        untaken += bytes.length;
        orLater(() -> {
            int number = sent++;
            tracers.forEach(tracer -> tracer.outboundMessage(number));
            ServerEnd<?, ?> other = server;
            Connection.Side on = side;
            if (other != null && on != null) {
                channel.wires().trace().note("frame", bytes.length, java.util.Arrays.hashCode(bytes));
                on.send(() -> other.arrived(bytes));
                channel.wires().leaves(message);
            }
        });
    }

    private void orLater(Runnable sending) {
        if (over) {
            return;
        }
        if (side == null) {
            unsent.add(sending);
        } else {
            sending.run();
        }
    }

    @Override
    public void halfClose() {
        orLater(() -> {
            ServerEnd<?, ?> other = server;
            Connection.Side on = side;
            if (other != null && on != null) {
                on.send(other::halfClosed);
            }
        });
    }

    @Override
    public boolean isReady() {
        return side != null && !over && untaken < UNTAKEN_BYTES_MAX;
    }

    /** The server has taken so much. */
    void taken(int bytes) {
        boolean was = untaken < UNTAKEN_BYTES_MAX;
        untaken -= bytes;
        Connection.Side on = side;
        if (!was && untaken < UNTAKEN_BYTES_MAX && on != null) {
            on.later(() -> {
                if (!over) {
                    listener().onReady();
                }
            });
        }
    }

    // ---- what comes from the server

    void headers(Metadata headers) {
        if (!over) {
            listener().onHeaders(headers);
        }
    }

    void answered(byte[] bytes) {
        if (!over) {
            inbox.arrived(bytes);
        }
    }

    void ended(Status status) {
        if (!over) {
            inbox.ended(() -> closed(status));
        }
    }

    // ---- endings

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        if (!over) {
            tellServer();
            over = true;
            leave();
            Status status = Status.CANCELLED.withDescription(message).withCause(cause);
            channel.owner().life().post(1_000, () -> channel.owner().thread().run(() -> close(status)));
        }
    }

    private void endBefore(Status why) {
        if (!over) {
            tellServer();
            closed(why);
        }
    }

    private void tellServer() {
        ServerEnd<?, ?> other = server;
        Connection.Side on = side;
        if (other != null && on != null) {
            on.send(other::cancelled);
        }
    }

    @Override
    public void broken(Status why) {
        closed(why);
    }

    private void closed(Status why) {
        if (!over) {
            over = true;
            leave();
            close(why);
        }
    }

    private void leave() {
        inbox.drop();
        unsent.clear();
        context.removeListener(cancelled);
        Connection.Side on = side;
        if (on != null) {
            on.remove(this);
        }
    }

    private void close(Status why) {
        Listener<A> told = listener;
        if (told != null) {
            told.onClose(why, new Metadata());
        }
    }
}

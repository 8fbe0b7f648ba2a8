package io.ostraka.it.system;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** The server's side of a call. */
final class ServerEnd<Q, A> extends ServerCall<Q, A> implements Connection.CallEnd {

    private final ClientEnd<Q, A> client;
    private final Connection.Side side;
    private final ServedMethods methods;
    private final Wires wires;
    private final Inbox inbox;
    private ServerCall.@Nullable Listener<Q> listener;
    private long untaken;
    private int readyBelow = ClientEnd.UNTAKEN_BYTES_MAX;
    private boolean closed;
    private boolean cancelled;

    ServerEnd(ClientEnd<Q, A> client, Connection.Side clientSide) {
        this.client = client;
        this.side = clientSide.peer();
        this.wires = clientSide.wires();
        this.methods = side.methods();
        this.inbox = new Inbox(this::receive);
    }

    /** The call has arrived. */
    @SuppressWarnings("unchecked")
    void open() {
        side.add(this);
        ServerMethodDefinition<?, ?> found = methods.find(client.method().getFullMethodName());
        if (found == null) {
            close(
                    Status.UNIMPLEMENTED.withDescription(
                            "Method not found: " + client.method().getFullMethodName()),
                    new Metadata());
            return;
        }
        ServerMethodDefinition<Q, A> method = (ServerMethodDefinition<Q, A>) found;
        ServerCall.Listener<Q> begun = method.getServerCallHandler().startCall(this, new Metadata());
        listener = begun;
        // What was asked for before is given now.
        inbox.ask(0);
        begun.onReady();
    }

    private boolean isOver() {
        return closed || cancelled;
    }

    private ServerCall.Listener<Q> listener() {
        ServerCall.Listener<Q> told = listener;
        if (told == null) {
            throw new IllegalStateException("the call has not begun");
        }
        return told;
    }

    void arrived(byte[] bytes) {
        if (!isOver()) {
            inbox.arrived(bytes);
        }
    }

    private void receive(byte[] bytes) {
        if (!isOver()) {
            client.taken(bytes.length);
            listener().onMessage(client.method().parseRequest(Frame.stream(bytes)));
        }
    }

    void halfClosed() {
        if (!isOver()) {
            inbox.ended(() -> listener().onHalfClose());
        }
    }

    void cancelled() {
        if (isOver()) {
            return;
        }
        cancelled = true;
        inbox.drop();
        side.remove(this);
        ServerCall.Listener<Q> told = listener;
        if (told != null) {
            told.onCancel();
        }
    }

    @Override
    public void broken(Status why) {
        cancelled();
    }

    @Override
    public void request(int count) {
        if (listener == null || inbox.isEmpty()) {
            inbox.ask(count);
        } else {
            side.later(() -> inbox.ask(count));
        }
    }

    @Override
    public void sendHeaders(Metadata headers) {
        side.send(() -> client.headers(headers));
    }

    @Override
    public void sendMessage(A message) {
        if (isOver()) {
            return;
        }
        byte[] bytes = Frame.bytes(client.method().getResponseMarshaller().stream(message));
        untaken += bytes.length;
        wires.trace().note("frame", bytes.length, java.util.Arrays.hashCode(bytes));
        side.send(() -> client.answered(bytes));
    }

    /** The client has taken so much. */
    void taken(int bytes) {
        boolean was = untaken < readyBelow;
        untaken -= bytes;
        if (!was && untaken < readyBelow) {
            side.later(() -> {
                if (!isOver()) {
                    listener().onReady();
                }
            });
        }
    }

    @Override
    public boolean isReady() {
        return !isOver() && untaken < readyBelow;
    }

    @Override
    public void setOnReadyThreshold(int bytes) {
        readyBelow = bytes;
    }

    @Override
    public void close(Status status, Metadata trailers) {
        if (isOver()) {
            return;
        }
        closed = true;
        inbox.drop();
        side.send(() -> client.ended(status));
        side.remove(this);
        side.later(() -> {
            ServerCall.Listener<Q> told = listener;
            if (told != null) {
                told.onComplete();
            }
        });
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
        return client.method();
    }

    @Override
    public Attributes getAttributes() {
        return Attributes.EMPTY;
    }
}

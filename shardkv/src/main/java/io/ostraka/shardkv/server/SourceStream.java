package io.ostraka.shardkv.server;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Hello;
import io.ostraka.proto.transfer.ExportReply;
import io.ostraka.proto.transfer.ExportRequest;
import io.ostraka.proto.transfer.ShardTransferGrpc;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The importer's stream to the leader of a source. It looks for that leader itself: a replica that does not lead says
 * who does, and what was sent is sent again there, until the first reply has come. Works on the control loop.
 */
final class SourceStream {

    private static final int ATTEMPTS_MAX = 6;

    /** Whom the stream tells; on the control loop. */
    interface Listener {

        /** The source's leader says something. */
        void replied(TransferReply reply);

        /** The stream has ended, or no leader was found. */
        void gone();
    }

    private final PeerChannels channels;
    private final TaskLoop loop;
    private final Supplier<Hello> hello;
    private final LeaderGuess guess;
    private final Listener listener;
    private final List<TransferRequest> unanswered = new ArrayList<>();
    private @Nullable Attempt attempt;
    private int attempts;
    private boolean answered;
    private boolean over;

    SourceStream(PeerChannels channels, TaskLoop loop, Supplier<Hello> hello, LeaderGuess guess, Listener listener) {
        this.channels = channels;
        this.loop = loop;
        this.hello = hello;
        this.guess = guess;
        this.listener = listener;
    }

    /** Sends a request, now or to the leader that is yet to be found. */
    void send(TransferRequest request) {
        if (over) {
            return;
        }
        if (!answered) {
            unanswered.add(request);
        }
        if (attempt != null) {
            attempt.send(request);
        } else {
            connect();
        }
    }

    /**
     * Ends the stream; nothing is told any more.
     *
     * @param silent whether the replica that was asked owed an answer: the next stream tries another one. It may hang
     *     or be cut off with the connection still there, and then nothing but its silence says so
     */
    void close(boolean silent) {
        over = true;
        Attempt current = attempt;
        attempt = null;
        if (current != null) {
            if (silent) {
                guess.turnFrom(current.address, "");
            }
            current.context.cancel(null);
        }
    }

    private void connect() {
        String address = guess.address();
        if (address == null || attempts++ >= ATTEMPTS_MAX) {
            close(false);
            listener.gone();
            return;
        }
        Attempt opened = new Attempt(address);
        attempt = opened;
        opened.context.run(() -> opened.requests =
                ShardTransferGrpc.newStub(channels.to(address)).export(opened));
        unanswered.forEach(opened::send);
    }

    private void heard(Attempt from, ExportReply wire) {
        if (from != attempt) {
            return;
        }
        if (wire.hasRefused() && !TransferWire.isOfTheSource(wire.getRefused().getCode())) {
            lost(from, wire.getRefused().getLeaderHint());
            return;
        }
        answered = true;
        unanswered.clear();
        TransferReply reply = TransferWire.fromWire(wire);
        if (reply != null) {
            listener.replied(reply);
        }
    }

    private void lost(Attempt from, String hint) {
        if (from != attempt) {
            return;
        }
        attempt = null;
        from.context.cancel(null);
        guess.turnFrom(from.address, hint);
        if (answered) {
            over = true;
            listener.gone();
        } else {
            connect();
        }
    }

    /** One connection to one replica of the source. */
    private final class Attempt implements StreamObserver<ExportReply> {

        private final String address;
        private final Context.CancellableContext context = Context.ROOT.withCancellation();
        private @Nullable StreamObserver<ExportRequest> requests;

        Attempt(String address) {
            this.address = address;
        }

        void send(TransferRequest request) {
            if (requests != null) {
                requests.onNext(TransferWire.toWire(request, hello.get()));
            }
        }

        @Override
        public void onNext(ExportReply reply) {
            loop.execute(() -> heard(this, reply));
        }

        @Override
        public void onError(Throwable failure) {
            loop.execute(() -> lost(this, ""));
        }

        @Override
        public void onCompleted() {
            loop.execute(() -> lost(this, ""));
        }
    }
}

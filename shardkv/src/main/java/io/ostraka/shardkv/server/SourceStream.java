package io.ostraka.shardkv.server;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.transfer.ExportRefused;
import io.ostraka.proto.transfer.ExportReply;
import io.ostraka.proto.transfer.ExportRequest;
import io.ostraka.proto.transfer.ShardTransferGrpc;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The importer's stream to the leader of a source. It looks for that leader itself: a replica that does not lead says
 * who does, and what was sent is sent again there, until the first reply has come. The first message in either
 * direction greets; a reply counts only from a node of this cluster that has a replica of the source. Works on the
 * control loop.
 */
final class SourceStream {

    private static final Logger LOG = LoggerFactory.getLogger(SourceStream.class);
    private static final int ATTEMPTS_MAX = 6;

    /** What the streams of a node share. */
    record Parts(
            PeerChannels channels, TaskLoop loop, NodeGreeting greeting, Supplier<@Nullable ClusterConfig> config) {}

    /** Whom the stream tells; on the control loop. */
    interface Listener {

        /** The source's leader says something. */
        void replied(TransferReply reply);

        /** The stream has ended, or no leader was found. */
        void gone();
    }

    private final Parts parts;
    private final GroupId source;
    private final LeaderGuess guess;
    private final Listener listener;
    private final List<TransferRequest> unanswered = new ArrayList<>();
    private @Nullable Attempt attempt;
    private int attempts;
    private boolean answered;
    private boolean over;

    SourceStream(Parts parts, GroupId source, LeaderGuess guess, Listener listener) {
        this.parts = parts;
        this.source = source;
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
                ShardTransferGrpc.newStub(parts.channels().to(address)).export(opened));
        unanswered.forEach(opened::send);
    }

    private void heard(Attempt from, ExportReply wire) {
        if (from != attempt) {
            return;
        }
        if (!from.greeted && !isGreetedBy(from, wire)) {
            lost(from, "");
            return;
        }
        from.greeted = true;
        if (wire.hasRefused() && !TransferWire.isOfTheSource(wire.getRefused().getCode())) {
            ExportRefused refused = wire.getRefused();
            if (refused.getCode() != StatusCode.NOT_LEADER) {
                warn(from, refused.getMessage());
            }
            lost(from, refused.getLeaderHint());
            return;
        }
        TransferReply reply;
        try {
            reply = TransferWire.fromWire(wire);
        } catch (IllegalArgumentException e) {
            warn(from, "its reply is malformed: " + e.getMessage());
            lost(from, "");
            return;
        }
        answered = true;
        unanswered.clear();
        if (reply != null) {
            listener.replied(reply);
        }
    }

    private boolean isGreetedBy(Attempt from, ExportReply first) {
        HelloCheck.Refusal refusal = HelloCheck.ofReplica(
                first.getHello(),
                parts.greeting().clusterId().getAsLong(),
                ShardAdmission.ref(source),
                parts.config().get());
        if (refusal != null) {
            warn(from, refusal.reason());
        }
        return refusal == null;
    }

    private void warn(Attempt from, String why) {
        String refusal = from.address + " cannot speak for group " + source + ": " + why;
        if (guess.isNews(refusal)) {
            LOG.warn("{}", refusal);
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
        private boolean greets = true;
        private boolean greeted;

        Attempt(String address) {
            this.address = address;
        }

        void send(TransferRequest request) {
            if (requests == null) {
                return;
            }
            ExportRequest wire = TransferWire.toWire(request);
            requests.onNext(
                    greets ? wire.toBuilder().setHello(parts.greeting().hello()).build() : wire);
            greets = false;
        }

        @Override
        public void onNext(ExportReply reply) {
            parts.loop().execute(() -> heard(this, reply));
        }

        @Override
        public void onError(Throwable failure) {
            parts.loop().execute(() -> lost(this, ""));
        }

        @Override
        public void onCompleted() {
            parts.loop().execute(() -> lost(this, ""));
        }
    }
}

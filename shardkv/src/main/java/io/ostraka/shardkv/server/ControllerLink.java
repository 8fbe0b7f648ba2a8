package io.ostraka.shardkv.server;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.RegisterRequest;
import io.ostraka.proto.controller.ReportRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way to the controllers: asks the one that last answered, follows its hint to the leader, and turns to the next
 * one when there is no answer. Used on the control loop only.
 */
final class ControllerLink {

    private static final long CALL_TIMEOUT_MILLIS = 3_000;

    private final List<String> addresses;
    private final PeerChannels channels;
    private final TaskLoop loop;
    private int next;
    private @Nullable String hinted;

    /** @param addresses the controllers, at least one */
    ControllerLink(List<String> addresses, PeerChannels channels, TaskLoop loop) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("a node needs the address of at least one controller");
        }
        this.addresses = new ArrayList<>(addresses);
        this.channels = channels;
        this.loop = loop;
    }

    /** The address to ask now. */
    String address() {
        return hinted != null ? hinted : addresses.get(next);
    }

    /** Every address that may be asked next. */
    Set<String> addressesInUse() {
        Set<String> inUse = new TreeSet<>(addresses);
        inUse.add(address());
        return inUse;
    }

    /** The connection to the controller to ask now. */
    Channel channel() {
        return channels.to(address());
    }

    /** Notes that {@code asked} did not help; the next question goes to {@code hint}, or to another controller. */
    void turnFrom(String asked, String hint) {
        if (!asked.equals(address())) {
            return;
        }
        if (!hint.isEmpty() && !hint.equals(asked)) {
            hinted = hint;
        } else {
            hinted = null;
            next = (next + 1) % addresses.size();
        }
    }

    /** Registers the node; the answer comes on the control loop, null if there was none. */
    void register(RegisterRequest.Builder request, Consumer<@Nullable NodeReply> answer) {
        request.setProtocolVersion(ProtocolVersion.CURRENT);
        stub().register(request.build(), new Answer(address(), answer));
    }

    /** Reports to the controller; the answer comes on the control loop, null if there was none. */
    void report(ReportRequest.Builder request, Consumer<@Nullable NodeReply> answer) {
        request.setProtocolVersion(ProtocolVersion.CURRENT);
        stub().report(request.build(), new Answer(address(), answer));
    }

    private ControllerGrpc.ControllerStub stub() {
        return ControllerGrpc.newStub(channel()).withDeadline(channels.deadlineAfter(CALL_TIMEOUT_MILLIS));
    }

    /** Brings one answer to the loop, and minds where it says the leader is. */
    private final class Answer implements StreamObserver<NodeReply> {

        private final String asked;
        private final Consumer<@Nullable NodeReply> receiver;
        private @Nullable NodeReply reply;

        Answer(String asked, Consumer<@Nullable NodeReply> receiver) {
            this.asked = asked;
            this.receiver = receiver;
        }

        @Override
        public void onNext(NodeReply value) {
            reply = value;
        }

        @Override
        public void onError(Throwable failure) {
            loop.execute(() -> {
                turnFrom(asked, "");
                receiver.accept(null);
            });
        }

        @Override
        public void onCompleted() {
            NodeReply answered = reply;
            loop.execute(() -> {
                if (answered == null || isElsewhere(answered.getCode())) {
                    turnFrom(asked, answered == null ? "" : answered.getLeaderHint());
                }
                receiver.accept(answered);
            });
        }
    }

    /** Whether an answer says that another controller should be asked. */
    static boolean isElsewhere(StatusCode code) {
        return code == StatusCode.NOT_LEADER || code == StatusCode.NOT_READY || code == StatusCode.UNKNOWN_OUTCOME;
    }
}

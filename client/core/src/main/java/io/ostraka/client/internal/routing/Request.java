package io.ostraka.client.internal.routing;

import io.ostraka.proto.config.GroupRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call on its way: mutable, owned by {@link RequestEngine}. */
final class Request {

    /** Where a request is between its submission and its end. */
    enum State {
        /** No map yet, or the map names no group for its shard. */
        AWAITING_MAP,
        /** As many writes of its shard are unanswered as the window holds. */
        AWAITING_NUMBER,
        /** Its group's leader is not known. */
        AWAITING_LEADER,
        /** Sent; an answer is due. */
        IN_FLIGHT,
        /** Refused for now; sent again at {@link #wakeNanos}. */
        BACKING_OFF,
        ENDED
    }

    final long id;
    final Operation operation;
    final long startNanos;
    final long deadlineNanos;
    final List<Attempt> outstanding = new ArrayList<>();

    State state = State.AWAITING_MAP;
    int shard = -1;
    /** Of writes: 0 until one is assigned. */
    long number;
    /** Of writes: fixed when it is first sent with a time; 0 until then. */
    long t0Millis;
    /** An attempt that may take effect was lost, or ended as unknown. */
    boolean mayHaveRun;
    /** A verdict that counts only if no other attempt took effect; decided when the others have ended. */
    @Nullable
    Reply heldVerdict;

    int attempts;
    int redirects;
    int refusals;
    int suspicions;
    long wakeNanos;
    String trouble = "";

    Request(long id, Operation operation, long startNanos, long deadlineNanos) {
        this.id = id;
        this.operation = operation;
        this.startNanos = startNanos;
        this.deadlineNanos = deadlineNanos;
    }

    boolean isWrite() {
        return operation instanceof Operation.Change || operation instanceof Operation.Batch;
    }

    boolean isFromAnyReplica() {
        return operation instanceof Operation.Get get && get.isFromAny();
    }

    boolean isSentTo(String node) {
        return outstanding.stream().anyMatch(attempt -> attempt.node.equals(node));
    }

    /** Whether it may take effect, or may have. A write without a T0 is never run. */
    boolean isOutcomeOpen() {
        boolean onItsWay = outstanding.stream().anyMatch(attempt -> attempt.handedOver);
        return isWrite() && (mayHaveRun || (t0Millis != 0 && onItsWay));
    }

    /** The attempt ended without an answer: unless it never left, the request may have run. */
    void lose(Attempt attempt) {
        outstanding.remove(attempt);
        mayHaveRun |= attempt.handedOver && isWrite() && t0Millis != 0;
    }

    /** One sending of a request to one node. */
    static final class Attempt {
        final long id;
        final Request request;
        final GroupRef group;
        final String node;
        /** The transport has taken it; until then it can be withdrawn. */
        boolean handedOver;

        Attempt(long id, Request request, GroupRef group, String node) {
            this.id = id;
            this.request = request;
            this.group = group;
            this.node = node;
        }
    }
}

package io.ostraka.client.internal.routing;

import io.ostraka.client.internal.routing.Effects.Failure.Kind;
import io.ostraka.client.internal.routing.Request.Attempt;
import io.ostraka.proto.StatusCode;

/** Says in a sentence why a request failed, and which kind of failure that is. */
final class FailureText {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private FailureText() {}

    static String timedOut(Request request, long nowNanos) {
        long millis = (nowNanos - request.startNanos) / NANOS_PER_MILLI;
        String last = request.trouble.isEmpty() ? waitingFor(request) : request.trouble;
        return "the " + request.operation.describe() + " had no answer within " + millis + " ms and " + request.attempts
                + (request.attempts == 1 ? " attempt" : " attempts") + "; last: " + last;
    }

    static String refused(Attempt attempt, Reply reply) {
        String code = reply.code() + " from " + attempt.node;
        return reply.message().isEmpty() ? code : code + ": " + reply.message();
    }

    static Kind kindOf(StatusCode refusal) {
        if (refusal == StatusCode.CANCELLED) {
            return Kind.CANCELLED;
        }
        return refusal == StatusCode.INVALID ? Kind.INVALID : Kind.INCOMPATIBLE;
    }

    private static String waitingFor(Request request) {
        return switch (request.state) {
            case AWAITING_MAP -> "no group holds its shard yet; join one";
            case AWAITING_NUMBER -> "too many writes of its shard are unanswered";
            case AWAITING_LEADER -> "its group has no leader that can be reached";
            case IN_FLIGHT, BACKING_OFF, ENDED -> "no answer yet";
        };
    }
}

package io.ostraka.client.internal.routing;

/**
 * What an answer means for a request (DESIGN section 6, "Refusals are verdicts"). The rule behind all of them: a
 * request is "not applied" only if every one of its attempts was refused before it was proposed, or if the verdict came
 * from the only attempt that can have been proposed. An attempt without an answer keeps the outcome open.
 */
final class AnswerRules {

    /** What to do with the request. */
    enum Step {
        /** It ended with this answer. */
        SUCCEED,
        /** It cannot succeed and has not run. */
        REFUSE,
        /** It will never be known whether it ran. */
        GIVE_UP,
        /** Ask whoever the hint names, at once. */
        REDIRECT,
        /** Send the same again, later. */
        RETRY_LATER,
        /** Take the time from the answer and send the same again, at once. */
        STAMP,
        /** It has not run, and its number is used up: send it as a new write, at once. */
        RENUMBER,
        /** Decide when the other attempts have ended. */
        HOLD
    }

    private AnswerRules() {}

    /** Decides on an answer; the attempt that it answers is no longer among the outstanding ones. */
    static Step decide(Request request, Reply reply) {
        return switch (reply.code()) {
            case OK, CONDITION_FAILED -> Step.SUCCEED;
            case NOT_LEADER, WRONG_GROUP -> Step.REDIRECT;
            case RETRY_AFTER, OVERLOADED, NOT_READY -> Step.RETRY_LATER;
            case TIME_NEEDED -> timeNeeded(request);
            case SESSION_EXPIRED -> {
                if (request.operation instanceof Operation.Ask) {
                    yield Step.SUCCEED;
                }
                yield request.isWrite() ? onlyIfAlone(request, Step.RENUMBER) : Step.RETRY_LATER;
            }
            case INVALID, WRONG_CLUSTER, UNSUPPORTED_VERSION -> onlyIfAlone(request, Step.REFUSE);
            case CANCELLED -> request.operation instanceof Operation.Ask ? Step.SUCCEED : Step.REFUSE;
            case NO_LONGER_KNOWN -> request.operation instanceof Operation.Ask ? Step.SUCCEED : Step.GIVE_UP;
            case UNKNOWN_OUTCOME,
                    INTERNAL,
                    STATUS_UNSPECIFIED,
                    UNRECOGNIZED,
                    REJECTED,
                    STALE_PLAN,
                    NO_SUCH_CONFIG,
                    SUPERSEDED -> Step.RETRY_LATER;
        };
    }

    /** Whether an answer of this kind leaves open whether the attempt took effect. */
    static boolean isOpen(Reply reply) {
        return switch (reply.code()) {
            case UNKNOWN_OUTCOME,
                    INTERNAL,
                    STATUS_UNSPECIFIED,
                    UNRECOGNIZED,
                    REJECTED,
                    STALE_PLAN,
                    NO_SUCH_CONFIG,
                    SUPERSEDED -> true;
            case OK,
                    CONDITION_FAILED,
                    NOT_LEADER,
                    WRONG_GROUP,
                    RETRY_AFTER,
                    OVERLOADED,
                    NOT_READY,
                    TIME_NEEDED,
                    INVALID,
                    WRONG_CLUSTER,
                    UNSUPPORTED_VERSION,
                    SESSION_EXPIRED,
                    CANCELLED,
                    NO_LONGER_KNOWN -> false;
        };
    }

    /** Whether only a group's leader gives this answer. */
    static boolean isFromLeader(Reply reply) {
        return switch (reply.code()) {
            case OK, CONDITION_FAILED, TIME_NEEDED, OVERLOADED, SESSION_EXPIRED, CANCELLED, NO_LONGER_KNOWN -> true;
            case NOT_LEADER,
                    WRONG_GROUP,
                    RETRY_AFTER,
                    NOT_READY,
                    INVALID,
                    WRONG_CLUSTER,
                    UNSUPPORTED_VERSION,
                    UNKNOWN_OUTCOME,
                    INTERNAL,
                    STATUS_UNSPECIFIED,
                    UNRECOGNIZED,
                    REJECTED,
                    STALE_PLAN,
                    NO_SUCH_CONFIG,
                    SUPERSEDED -> false;
        };
    }

    /** A write that never carried a time never ran, so it may take one; else another time is another write. */
    private static Step timeNeeded(Request request) {
        if (!request.isWrite()) {
            return Step.RETRY_LATER;
        }
        if (request.t0Millis == 0) {
            return Step.STAMP;
        }
        return request.mayHaveRun || !request.outstanding.isEmpty() ? Step.RETRY_LATER : Step.RENUMBER;
    }

    private static Step onlyIfAlone(Request request, Step alone) {
        if (!request.isWrite()) {
            return alone;
        }
        if (request.mayHaveRun) {
            return Step.GIVE_UP;
        }
        return request.outstanding.isEmpty() ? alone : Step.HOLD;
    }
}

package io.ostraka.shardctrler.server;

import io.ostraka.proto.StatusCode;
import io.ostraka.raft.runtime.host.Refusal;
import io.ostraka.shardctrler.command.ControllerResult.Reason;

/** Why the controller did not do what it was asked, as codes and sentences that say what to do. */
final class Answers {

    static final String NOT_INITIALISED =
            "this controller is not initialised; run 'ostraka controller init' once, naming all controllers";

    static final String UNKNOWN = "leadership was lost while the request was under way, so it may or may not take"
            + " effect; repeat it with the same request id";

    static final String OVERLOADED = "too many requests wait here; try again a little later";

    private Answers() {}

    /**
     * A refusal in the terms of the wire.
     *
     * @param code the code
     * @param message what is wrong and what to do
     */
    record Refused(StatusCode code, String message) {}

    static Refused of(Refusal refusal, String leaderAddress) {
        return switch (refusal) {
            case Refusal.NotLeader notLeader -> notLeader(leaderAddress);
            case Refusal.Overloaded overloaded -> new Refused(StatusCode.OVERLOADED, OVERLOADED);
            case Refusal.Transferring transferring ->
                new Refused(StatusCode.NOT_LEADER, "leadership is being handed over; try again in a moment");
            case Refusal.Stopped stopped ->
                new Refused(StatusCode.NOT_READY, "this controller has stopped; ask another");
        };
    }

    static Refused notLeader(String leaderAddress) {
        return new Refused(
                StatusCode.NOT_LEADER,
                leaderAddress.isEmpty()
                        ? "this controller does not lead and knows no leader; ask another"
                        : "this controller does not lead; ask " + leaderAddress);
    }

    static StatusCode codeOf(Reason reason) {
        return switch (reason) {
            case MALFORMED, INVALID -> StatusCode.INVALID;
            case REJECTED -> StatusCode.REJECTED;
            case STALE_PLAN -> StatusCode.STALE_PLAN;
            case SUPERSEDED -> StatusCode.SUPERSEDED;
            case NOT_INITIALISED -> StatusCode.NOT_READY;
        };
    }
}

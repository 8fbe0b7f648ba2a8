package io.ostraka.shardctrler.state;

import io.ostraka.shardctrler.command.ControllerResult.Reason;

/** What came of planning an administrator's change on a draft. */
sealed interface PlannedChange {

    /**
     * The draft holds the change.
     *
     * @param newMap whether it makes a new desired map
     * @param message what was done
     */
    record Planned(boolean newMap, String message) implements PlannedChange {}

    /**
     * There is nothing to change.
     *
     * @param why why
     */
    record Needless(String why) implements PlannedChange {}

    /**
     * The change is refused; the draft is to be thrown away.
     *
     * @param reason what kind of refusal
     * @param message what is wrong and what to do
     */
    record Rejected(Reason reason, String message) implements PlannedChange {}

    /** Refused, whatever the state is. */
    static PlannedChange invalid(String message) {
        return new Rejected(Reason.INVALID, message);
    }

    /** Refused, as the state is. */
    static PlannedChange rejected(String message) {
        return new Rejected(Reason.REJECTED, message);
    }
}

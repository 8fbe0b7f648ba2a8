package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The calls and returns of a history that a search has not yet dealt with, in the order of time, as a doubly linked
 * list: a call is taken out together with its return, and put back where it was, in constant time. Events are numbers;
 * the links are in arrays. Not thread-safe.
 *
 * <p>Calls that returned are numbered by their returns. Calls without a return are numbered by their calls and stand
 * beside the list, since they need never be dealt with.
 */
final class EventList<O, R> {

    private final List<Call<O, R>> returned = new ArrayList<>();
    private final List<Call<O, R>> open = new ArrayList<>();
    /** For each event the number of its call. */
    private final int[] callOf;

    private final boolean[] isReturn;
    /** For each call that returned, its two events. */
    private final int[] callEvents;

    private final int[] returnEvents;
    /** For each open call, the first event after it. */
    private final int[] openBefore;
    /** One more than there are events: the last one is the end, and comes before the first one. */
    private final int[] next;

    private final int[] previous;

    /** All calls of a history, none of which is known not to have been applied. */
    EventList(List<Call<O, R>> calls) {
        List<Moment<O, R>> moments = Moment.inOrder(calls);
        int events = (int) moments.stream()
                .filter(moment -> moment.call().outcome() instanceof Outcome.Returned<R>)
                .count();
        int returns = events / 2;
        callOf = new int[events];
        isReturn = new boolean[events];
        callEvents = new int[returns];
        returnEvents = new int[returns];
        openBefore = new int[calls.size() - returns];
        next = new int[events + 1];
        previous = new int[events + 1];
        number(moments);
        for (int event = 0; event <= events; event++) {
            next[event] = event == events ? 0 : event + 1;
            previous[event] = event == 0 ? events : event - 1;
        }
    }

    private void number(List<Moment<O, R>> moments) {
        Map<Integer, Integer> eventOfCall = new HashMap<>();
        int event = 0;
        for (Moment<O, R> moment : moments) {
            Call<O, R> call = moment.call();
            if (moment.isReturn()) {
                int number = returned.size();
                returned.add(call);
                int called = eventOfCall.getOrDefault(call.id(), -1);
                callEvents[number] = called;
                returnEvents[number] = event;
                callOf[called] = number;
                callOf[event] = number;
                isReturn[event++] = true;
            } else if (call.outcome() instanceof Outcome.Returned<R>) {
                eventOfCall.put(call.id(), event++);
            } else {
                openBefore[open.size()] = event;
                open.add(call);
            }
        }
    }

    /** Whether all calls that returned have been taken out. */
    boolean isEmpty() {
        return first() == end();
    }

    /** The first event that is there, which is a call, or the end. */
    int first() {
        return next[end()];
    }

    /** The event that follows on one that is there. */
    int next(int event) {
        return next[event];
    }

    /** The first return that is there, or the end. */
    int firstReturn() {
        int event = first();
        while (event != end() && !isReturn[event]) {
            event = next[event];
        }
        return event;
    }

    private int end() {
        return callOf.length;
    }

    boolean isReturn(int event) {
        return isReturn[event];
    }

    /** The number of the call that an event belongs to. */
    int numberOf(int event) {
        return callOf[event];
    }

    /** The call that returned as the {@code number}th. */
    Call<O, R> returned(int number) {
        return returned.get(number);
    }

    /** The call without a return that was made as the {@code number}th of these. */
    Call<O, R> open(int number) {
        return open.get(number);
    }

    int openCalls() {
        return open.size();
    }

    /** Whether an open call was made before an event. */
    boolean isOpenBefore(int number, int event) {
        return openBefore[number] <= event;
    }

    /** Takes a call and its return out. */
    void lift(int number) {
        unlink(callEvents[number]);
        unlink(returnEvents[number]);
    }

    /** Puts back the call that was taken out last. */
    void unlift(int number) {
        relink(returnEvents[number]);
        relink(callEvents[number]);
    }

    private void unlink(int event) {
        next[previous[event]] = next[event];
        previous[next[event]] = previous[event];
    }

    private void relink(int event) {
        next[previous[event]] = event;
        previous[next[event]] = event;
    }
}

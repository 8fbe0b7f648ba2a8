package io.ostraka.shardctrler.state;

import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The latest administrative requests that took effect, or needed none, by which a repeat is recognised. Bounded; the
 * oldest in the log goes first. Immutable.
 *
 * @param requests oldest first
 */
public record RecordedRequests(List<Recorded> requests) {

    /** How many are kept. */
    public static final int COUNT_MAX = 1_024;

    /** None. */
    public static final RecordedRequests EMPTY = new RecordedRequests(List.of());

    /**
     * A request and what came of it.
     *
     * @param id identity of the request
     * @param changed whether it made a revision
     * @param num number of the map after it
     * @param revision revision after it
     * @param message what it was answered
     */
    public record Recorded(RequestId id, boolean changed, long num, long revision, String message) {

        /** What a repeat is answered: the same, without the list of moves. */
        public ControllerResult result() {
            return changed
                    ? new ControllerResult.Done(num, revision, List.of(), message)
                    : new ControllerResult.Unchanged(num, revision, message);
        }
    }

    /** Copies the list. */
    public RecordedRequests {
        requests = List.copyOf(requests);
    }

    /** What came of a request, if it is still known. */
    public Optional<Recorded> find(RequestId id) {
        return requests.stream().filter(recorded -> recorded.id().equals(id)).findFirst();
    }

    RecordedRequests and(Recorded recorded) {
        List<Recorded> more = new ArrayList<>(
                requests.size() < COUNT_MAX
                        ? requests
                        : requests.subList(requests.size() - COUNT_MAX + 1, requests.size()));
        more.add(recorded);
        return new RecordedRequests(more);
    }
}

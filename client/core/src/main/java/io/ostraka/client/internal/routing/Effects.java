package io.ostraka.client.internal.routing;

import io.ostraka.client.RequestId;
import io.ostraka.proto.config.GroupRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@link RequestEngine} wants done; filled by one input, read by whoever gave it, in this order. */
public final class Effects {

    private final List<Send> sends = new ArrayList<>();
    private final List<Ended> endings = new ArrayList<>();
    private final List<String> disconnects = new ArrayList<>();
    private boolean fetchMap;

    Effects() {}

    /** Send this to that node. */
    public record Send(
            String node,
            long attempt,
            Place place,
            Operation operation,
            @Nullable Header header,
            long timeoutMillis) {}

    /** The shard, and the group that is taken for its holder. */
    public record Place(GroupRef group, int shard) {}

    /** What a write, or a question for one, carries. */
    public record Header(SessionName session, long number, long lowestUnanswered, long t0Millis) {}

    /**
     * A request ended: either with an answer or with a failure.
     *
     * @param failure set if there is no reply
     */
    public record Ended(
            long id, @Nullable Reply reply, @Nullable Failure failure) {}

    /** How a request failed; {@code request} names it if its outcome is unknown. */
    public record Failure(
            Kind kind, String message, @Nullable RequestId request) {

        /** What kind of failure, one an exception of the public package. */
        public enum Kind {
            UNAVAILABLE,
            INVALID,
            INCOMPATIBLE,
            CANCELLED,
            OUTCOME_UNKNOWN
        }
    }

    /** Nodes whose connection is dead: close it and report what was lost. */
    public List<String> disconnects() {
        return disconnects;
    }

    /** Messages to send. */
    public List<Send> sends() {
        return sends;
    }

    /** Whether the controllers are to be asked for the configuration. */
    public boolean fetchMap() {
        return fetchMap;
    }

    /** Requests that ended. */
    public List<Ended> endings() {
        return endings;
    }

    void wantMap() {
        fetchMap = true;
    }
}

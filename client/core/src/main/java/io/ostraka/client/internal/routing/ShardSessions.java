package io.ostraka.client.internal.routing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The client's session as each shard sees it: numbers, time, and the writes that wait for a number. */
final class ShardSessions {

    private final Map<Integer, ShardSession> shards = new TreeMap<>();

    ShardSession of(int shard) {
        return shards.computeIfAbsent(shard, ignored -> new ShardSession());
    }

    /** The session in one shard. */
    static final class ShardSession {
        final NumberWindow numbers = new NumberWindow();
        final ShardClock clock = new ShardClock();
        private final Deque<Request> waiting = new ArrayDeque<>();

        /** Whether the write has a number now; else it waits for one. */
        boolean assign(Request request) {
            if (request.number != 0) {
                return true;
            }
            if (!numbers.hasRoom()) {
                request.state = Request.State.AWAITING_NUMBER;
                waiting.addLast(request);
                return false;
            }
            request.number = numbers.begin();
            return true;
        }

        /** A write that waited and may have a number now; null: none. */
        @Nullable
        Request nextWaiting() {
            while (!waiting.isEmpty() && numbers.hasRoom()) {
                Request request = waiting.removeFirst();
                if (request.state == Request.State.AWAITING_NUMBER) {
                    return request;
                }
            }
            return null;
        }
    }
}

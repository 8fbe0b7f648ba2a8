package io.ostraka.client.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalListener;
import java.time.Duration;

/** What a client keeps by address until it is idle or there is too much of it. */
final class KeptConnections {

    private KeptConnections() {}

    /**
     * Connections that age by the client's clock: by the machine's, a simulated run would depend on how long it takes.
     *
     * @param left told of each that leaves, on the thread that made it leave
     */
    static <C> Cache<String, C> of(Clock clock, int max, Duration idle, RemovalListener<String, C> left) {
        return Caffeine.newBuilder()
                .ticker(clock::getAsLong)
                .maximumSize(max)
                .expireAfterAccess(idle)
                .executor(Runnable::run)
                .removalListener(left)
                .build();
    }
}

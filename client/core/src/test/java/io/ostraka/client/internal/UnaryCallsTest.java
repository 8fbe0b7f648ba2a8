package io.ostraka.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class UnaryCallsTest {

    private static final String ADDRESS = "127.0.0.1:1";

    /** Time that stands still but for what a test adds. */
    private record StillClock(AtomicLong nanos) implements Clock {

        @Override
        public long getAsLong() {
            return nanos.get();
        }

        @Override
        public long epochSeconds() {
            return 0;
        }

        @Override
        public void pauseMillis(long millis) {
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }

    /** In a simulation by virtual time alone: else a run depends on how long it takes. */
    @Test
    void aConnectionAgesByTheClientsClock() {
        StillClock clock = new StillClock(new AtomicLong());
        try (Channels channels = new Channels(UnaryOperator.identity());
                UnaryCalls calls = new UnaryCalls(channels, clock)) {
            ManagedChannel first = calls.channel(ADDRESS);
            clock.pauseMillis(TimeUnit.MINUTES.toMillis(4));
            assertThat(calls.channel(ADDRESS)).isSameAs(first);

            clock.pauseMillis(TimeUnit.MINUTES.toMillis(6));
            assertThat(calls.channel(ADDRESS)).isNotSameAs(first);
            assertThat(first.isShutdown()).isTrue();
        }
    }
}

package io.ostraka.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.QueryReply;
import io.ostraka.proto.controller.QueryRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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

    /** Who asks again once all is closed would open a connection that nobody closes. */
    @Test
    void aCallAfterTheEndFailsAndOpensNothing() {
        AtomicLong opened = new AtomicLong();
        try (Channels channels = new Channels(address -> {
            opened.incrementAndGet();
            return address;
        })) {
            UnaryCalls calls = new UnaryCalls(channels, new StillClock(new AtomicLong()));
            calls.close();

            assertThat(query(calls)).failsWithin(Duration.ZERO);
            assertThat(opened).hasValue(0);
        }
    }

    @Test
    void aCallToAnAddressThatCannotBeMappedFailsAndDoesNotThrow() {
        UnaryOperator<String> mapping = address -> {
            throw new IllegalArgumentException("nobody knows " + address);
        };
        try (Channels channels = new Channels(mapping);
                UnaryCalls calls = new UnaryCalls(channels, new StillClock(new AtomicLong()))) {
            assertThat(query(calls))
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withMessageContaining("nobody knows " + ADDRESS);
        }
    }

    private static CompletableFuture<QueryReply> query(UnaryCalls calls) {
        return calls.call(ADDRESS, ControllerGrpc.getQueryMethod(), QueryRequest.getDefaultInstance(), 100);
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

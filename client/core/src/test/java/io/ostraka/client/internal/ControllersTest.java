package io.ostraka.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.client.internal.UnaryCalls.CallFailedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ControllersTest {

    /** A slow disk's founding takes as long as its caller gave it, and a call that never ends holds nobody for ever. */
    @Test
    void callIsWaitedForAsLongAsItWasGivenAndALittleLonger() {
        NeverAnswered call = new NeverAnswered();

        assertThatThrownBy(() -> Controllers.await(call, 60_000))
                .isInstanceOfSatisfying(
                        CallFailedException.class,
                        late -> assertThat(late.isUnsent()).isFalse());

        assertThat(call.waitedMillis).isBetween(60_001L, 70_000L);
    }

    /** Notes how long it is waited for, without letting that pass. */
    private static final class NeverAnswered extends CompletableFuture<String> {
        private long waitedMillis;

        @Override
        public String get(long timeout, TimeUnit unit) throws TimeoutException {
            waitedMillis = unit.toMillis(timeout);
            throw new TimeoutException();
        }
    }
}

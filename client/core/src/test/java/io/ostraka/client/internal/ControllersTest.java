package io.ostraka.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.client.fake.FakeCluster;
import io.ostraka.client.internal.UnaryCalls.CallFailedException;
import io.ostraka.proto.StatusCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ControllersTest {

    private static final Clock CLOCK = new SystemClock();

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

    /** Only the leader answers: each question to all of them would be a burden for the others. */
    @Test
    void whoeverAnsweredLastIsAskedAlone_andAllOthersWhereThatIsOfNoUse() throws Exception {
        try (FakeCluster one = FakeCluster.start();
                FakeCluster other = FakeCluster.start();
                Channels channels = new Channels(UnaryOperator.identity());
                UnaryCalls calls = new UnaryCalls(channels, CLOCK)) {
            Controllers controllers = new Controllers(List.of(one.address(), other.address()), calls, CLOCK);
            other.refuseQueries(StatusCode.NOT_LEADER);
            for (int i = 0; i < 10; i++) {
                controllers.config(10_000).get(10, TimeUnit.SECONDS);
            }
            assertThat(one.queries()).isEqualTo(10);
            assertThat(other.queries()).isLessThanOrEqualTo(1);

            one.refuseQueries(StatusCode.NOT_LEADER);
            other.refuseQueries(StatusCode.OK);
            for (int i = 0; i < 10; i++) {
                controllers.config(10_000).get(10, TimeUnit.SECONDS);
            }
            assertThat(one.queries()).isBetween(11, 12);
            assertThat(other.queries()).isGreaterThanOrEqualTo(10);
        }
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

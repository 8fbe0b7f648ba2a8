package io.ostraka.raft.core.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Which reads an answer is for, however late it comes. */
@NullMarked
final class ForwardedReadsTest {

    private static final long RETRY_NANOS = 10;

    private final ForwardedReads reads = new ForwardedReads(100);

    @Test
    void answerThatTakesLongerThanTheRetryStillCounts() {
        reads.offer(1);
        long first = reads.begin(0);
        assertThat(reads.shouldRequest(RETRY_NANOS, RETRY_NANOS)).isTrue();
        long second = reads.begin(RETRY_NANOS);

        assertThat(reads.answered(first)).containsExactly(1L);
        assertThat(reads.answered(second)).isEmpty();
        assertThat(reads.shouldRequest(100, RETRY_NANOS)).isFalse();
    }

    @Test
    void answerIsOnlyForReadsThatHadArrivedWhenItWasAsked() {
        reads.offer(1);
        long first = reads.begin(0);
        reads.offer(2);
        long second = reads.begin(RETRY_NANOS);

        assertThat(reads.answered(first)).containsExactly(1L);
        assertThat(reads.answered(second)).containsExactly(2L);
    }

    @Test
    void lateAnswerToAnEarlierAttemptChangesNothing() {
        reads.offer(1);
        long first = reads.begin(0);
        long second = reads.begin(RETRY_NANOS);
        assertThat(reads.answered(second)).containsExactly(1L);
        reads.offer(2);
        long third = reads.begin(20);

        assertThat(reads.answered(first)).isEmpty();
        assertThat(reads.answered(third)).containsExactly(2L);
    }
}

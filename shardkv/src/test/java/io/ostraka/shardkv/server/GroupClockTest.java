package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GroupClockTest {

    @Test
    void continuesFromTheLastStampByWhatTheMonotonicClockCounts() {
        GroupClock clock = new GroupClock(millis(500));

        clock.observe(10_000, millis(600));

        assertThat(clock.millisAt(millis(600))).isEqualTo(10_000);
        assertThat(clock.millisAt(millis(850))).isEqualTo(10_250);
    }

    @Test
    void neverGoesBackForAnOlderStamp() {
        GroupClock clock = new GroupClock(0);
        clock.observe(10_000, millis(0));

        clock.observe(10_001, millis(500));

        assertThat(clock.millisAt(millis(500))).isEqualTo(10_500);
    }

    @Test
    void aStampAheadMovesItOn() {
        GroupClock clock = new GroupClock(0);
        clock.observe(10_000, millis(0));

        clock.observe(20_000, millis(1));

        assertThat(clock.millisAt(millis(2))).isEqualTo(20_001);
    }

    @Test
    void aClockThatRunsFastGathersNoErrorWhileItFollows() {
        GroupClock clock = new GroupClock(0);
        for (int i = 0; i <= 100; i++) {
            // An hour of the leader is two hours here.
            clock.follow(10_000 + i * 3_600_000L, millis(i * 7_200_000L));
        }

        assertThat(clock.millisAt(millis(100 * 7_200_000L + 5))).isEqualTo(10_005 + 100 * 3_600_000L);
    }

    @Test
    void beginsAboveTheTimeOfAClientThatKnowsNone() {
        assertThat(new GroupClock(millis(123_456)).millisAt(millis(123_456))).isEqualTo(1);
        assertThat(new GroupClock(millis(-5_000)).millisAt(millis(-4_000))).isEqualTo(1_001);
    }

    private static long millis(long value) {
        return TimeUnit.MILLISECONDS.toNanos(value);
    }
}

package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that wait for a shard: bounded in number and time, and none is forgotten. */
class ParkingLotTest {

    private static final int PLACES = 3;
    private static final long MILLI = 1_000_000;

    private final HeldLoop loop = new HeldLoop();
    private final ParkingLot lot = new ParkingLot(loop, loop::nowNanos, PLACES);
    private final List<Long> tried = new ArrayList<>();

    @Test
    void whatIsParkedIsTriedAgainSoon_withTheDeadlineThatItHad() {
        long deadline = lot.deadlineNanos(500);
        assertThat(deadline).isEqualTo(500 * MILLI);
        assertThat(lot.park(tried::add, deadline)).isTrue();
        assertThat(tried).isEmpty();

        loop.pass(10);

        assertThat(tried).containsExactly(deadline);
    }

    @Test
    void whatParksItselfAnewIsTriedUntilItsTimeIsOver_andThenHasToBeAnswered() {
        List<Boolean> parked = new ArrayList<>();
        parkAgain(lot.deadlineNanos(100), parked);

        loop.pass(1_000);

        assertThat(parked).endsWith(false).hasSizeBetween(10, 12);
        assertThat(parked.subList(0, parked.size() - 1)).containsOnly(true);
        assertThat(loop.waiting()).isZero();
    }

    private void parkAgain(long deadlineNanos, List<Boolean> parked) {
        parked.add(lot.park(deadline -> parkAgain(deadline, parked), deadlineNanos));
    }

    @Test
    void whoComesWhenAllPlacesAreTakenOrTooLateIsNotTaken() {
        long deadline = lot.deadlineNanos(500);
        for (int i = 0; i < PLACES; i++) {
            assertThat(lot.park(tried::add, deadline)).isTrue();
        }
        assertThat(lot.park(tried::add, deadline)).isFalse();

        loop.pass(10);

        assertThat(tried).hasSize(PLACES);
        assertThat(lot.park(tried::add, deadline)).isTrue();
        assertThat(lot.park(tried::add, loop.nowNanos())).isFalse();
    }

    @Test
    void refusedRequestsTakeNoPlace() {
        for (int i = 0; i < 10 * PLACES; i++) {
            assertThat(lot.park(tried::add, loop.nowNanos())).isFalse();
        }

        assertThat(lot.park(tried::add, lot.deadlineNanos(500))).isTrue();
    }

    @Test
    void oneTurnServesAllThatWait() {
        lot.park(tried::add, lot.deadlineNanos(500));
        lot.park(tried::add, lot.deadlineNanos(600));

        assertThat(loop.waiting()).isEqualTo(1);
        loop.pass(10);
        assertThat(tried).hasSize(2);
        assertThat(loop.waiting()).isZero();
    }
}

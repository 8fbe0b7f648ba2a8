package io.ostraka.shardctrler.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.shardctrler.balance.Balancer.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BalancerTest {

    private static final int NOBODY = Balancer.NOBODY;

    @Test
    void randomSituationsAreBalancedToWithinOneShardWithTheFewestMoves() {
        for (long seed = 0; seed < 3_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int groups = random.nextInt(1, 12);
            List<Place> places = randomPlaces(random, groups, random.nextInt(1, 80));

            List<Integer> assigned = Balancer.balance(Collections.nCopies(groups, 1), places);

            List<Integer> load = looseLoad(groups, places, assigned);
            assertThat(Collections.max(load) - Collections.min(load))
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(1);
            assertThat(moves(places, assigned)).as("seed %d", seed).isEqualTo(fewestMoves(groups, places));
        }
    }

    @Test
    void pinnedShardsStay() {
        List<Place> places = new ArrayList<>(Collections.nCopies(6, new Place(0, 0, true)));
        places.addAll(Collections.nCopies(4, new Place(0, 0, false)));

        List<Integer> assigned = Balancer.balance(List.of(1, 1), places);

        assertThat(assigned.subList(0, 6)).containsOnly(0);
        assertThat(assigned.subList(6, 10)).containsExactlyInAnyOrder(0, 0, 1, 1);
    }

    @Test
    void pinOfAShardThatNobodyHasHoldsNothingBack() {
        assertThat(Balancer.balance(List.of(1), List.of(new Place(NOBODY, NOBODY, true))))
                .containsExactly(0);
    }

    @Test
    void sharesFollowWeightsRoundedDownOrUp() {
        for (long seed = 0; seed < 1_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int groups = random.nextInt(1, 8);
            List<Integer> weights = IntStream.range(0, groups)
                    .mapToObj(i -> random.nextInt(1, 6))
                    .toList();
            List<Place> places = randomPlaces(random, groups, random.nextInt(1, 80));
            int loose = (int) places.stream().filter(place -> !place.isFixed()).count();
            int total = weights.stream().mapToInt(Integer::intValue).sum();

            List<Integer> load = looseLoad(groups, places, Balancer.balance(weights, places));

            for (int group = 0; group < groups; group++) {
                int share = loose * weights.get(group);
                assertThat(load.get(group)).as("seed %d", seed).isBetween(share / total, (share + total - 1) / total);
            }
        }
    }

    @Test
    void shardGoesBackToItsOwnerRatherThanElsewhere() {
        // Group 0 was planned everything, but the data of shards 1 and 2 is still at group 1.
        List<Place> places =
                List.of(new Place(0, 0, false), new Place(0, 1, false), new Place(0, 1, false), new Place(0, 0, false));

        assertThat(Balancer.balance(List.of(1, 1), places)).containsExactly(0, 1, 1, 0);
    }

    @Test
    void dataThatNeverArrivedMovesBeforeDataThatDid() {
        List<Place> places = List.of(new Place(0, NOBODY, false), new Place(0, 0, false));

        assertThat(Balancer.balance(List.of(1, 1), places)).containsExactly(1, 0);
    }

    @Test
    void moreGroupsThanShardsLeavesSomeWithNone() {
        assertThat(Balancer.balance(List.of(1, 1, 1, 1, 1), List.of(new Place(3, 3, false), new Place(3, 3, false))))
                .containsExactly(3, 0);
    }

    private static List<Place> randomPlaces(SplittableRandom random, int groups, int shards) {
        List<Place> places = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            places.add(
                    new Place(random.nextInt(NOBODY, groups), random.nextInt(NOBODY, groups), random.nextInt(10) == 0));
        }
        return places;
    }

    private static List<Integer> looseLoad(int groups, List<Place> places, List<Integer> assigned) {
        List<Integer> load = new ArrayList<>(Collections.nCopies(groups, 0));
        for (int shard = 0; shard < places.size(); shard++) {
            if (!places.get(shard).isFixed()) {
                load.set(assigned.get(shard), load.get(assigned.get(shard)) + 1);
            }
        }
        return load;
    }

    private static int moves(List<Place> places, List<Integer> assigned) {
        return (int) IntStream.range(0, places.size())
                .filter(shard -> assigned.get(shard) != places.get(shard).planned())
                .count();
    }

    /** The lower bound: the fullest groups get the larger shares, and each keeps what fits into its share. */
    private static int fewestMoves(int groups, List<Place> places) {
        List<Integer> now = new ArrayList<>(Collections.nCopies(groups, 0));
        int loose = 0;
        for (Place place : places) {
            if (!place.isFixed()) {
                loose++;
                if (place.planned() != NOBODY) {
                    now.set(place.planned(), now.get(place.planned()) + 1);
                }
            }
        }
        now.sort(Comparator.reverseOrder());
        int kept = 0;
        for (int rank = 0; rank < groups; rank++) {
            kept += Math.min(now.get(rank), loose / groups + (rank < loose % groups ? 1 : 0));
        }
        return loose - kept;
    }
}

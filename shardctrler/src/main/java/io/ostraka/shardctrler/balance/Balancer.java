package io.ostraka.shardctrler.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/*
 * How shards are balanced (DESIGN section 4).
 *
 * Only shards that are not pinned count. Each group's quota is its exact share of them by weight, rounded down
 * or up; with equal weights any two quotas differ by at most one. The shards left over by rounding down go to the
 * groups that hold more than their rounded-down share already, then by the largest remainder, then in order.
 *
 * A group above its quota gives up the excess, a shard without a group is free, and nothing else moves. No other
 * choice within the rounded shares moves fewer: every group that holds more than its rounded-down share saves one
 * move if it may round up, no other group saves any, and those are served first.
 *
 * What must move is chosen so that little data moves: first shards that already are at a group which has room
 * (their plan is taken back), then shards whose data never reached the group that gives them up.
 */
/**
 * Spreads shards over groups: a pure function of who has what now. Nothing else has a say, neither the order in which
 * groups came nor chance.
 */
public final class Balancer {

    /** No group: as an index in {@link Place} and in the result. */
    public static final int NOBODY = -1;

    /**
     * Where a shard is now. Groups are named by their index in the list of weights.
     *
     * @param planned group that it is planned to, or {@link #NOBODY}
     * @param owner group that holds its data, or {@link #NOBODY} (also for a group that is not balanced)
     * @param pinned whether it has to stay where it is planned to
     */
    public record Place(int planned, int owner, boolean pinned) {

        boolean isFixed() {
            return pinned && planned != NOBODY;
        }
    }

    private final List<Place> places;
    private final int[] load;
    private final int[] room;
    private final int[] assigned;

    private Balancer(List<Integer> weights, List<Place> places) {
        this.places = places;
        load = new int[weights.size()];
        assigned = new int[places.size()];
        int loose = 0;
        for (int shard = 0; shard < places.size(); shard++) {
            Place place = places.get(shard);
            assigned[shard] = place.planned();
            if (!place.isFixed()) {
                loose++;
                if (place.planned() != NOBODY) {
                    load[place.planned()]++;
                }
            }
        }
        room = quotas(weights, loose, load);
        for (int group = 0; group < room.length; group++) {
            room[group] -= load[group];
        }
    }

    /**
     * The group for each shard.
     *
     * @param weights weight of each group, at least 1; there is at least one group
     * @param places where each shard is now
     * @return index of a group for each shard
     */
    public static List<Integer> balance(List<Integer> weights, List<Place> places) {
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("there is no group to balance over");
        }
        Balancer balancer = new Balancer(weights, places);
        balancer.settle(balancer.free());
        return Arrays.stream(balancer.assigned).boxed().toList();
    }

    /** Each group's share of {@code loose} shards. */
    private static int[] quotas(List<Integer> weights, int loose, int[] load) {
        long total = weights.stream().mapToLong(Integer::longValue).sum();
        int[] quota = new int[weights.size()];
        List<Integer> roundUp = new ArrayList<>();
        int left = loose;
        for (int group = 0; group < quota.length; group++) {
            long share = (long) loose * weights.get(group);
            quota[group] = (int) (share / total);
            left -= quota[group];
            if (share % total != 0) {
                roundUp.add(group);
            }
        }
        roundUp.sort(Comparator.<Integer>comparingInt(group -> load[group] > quota[group] ? 0 : 1)
                .thenComparingLong(group -> -((long) loose * weights.get(group) % total))
                .thenComparingInt(group -> group));
        for (int i = 0; i < left; i++) {
            quota[roundUp.get(i)]++;
        }
        return quota;
    }

    /** Shards that need a group: those without one, and what each group has above its quota. */
    private List<Integer> free() {
        List<Integer> free = new ArrayList<>();
        List<List<Integer>> held = new ArrayList<>();
        for (int group = 0; group < load.length; group++) {
            held.add(new ArrayList<>());
        }
        for (int shard = 0; shard < places.size(); shard++) {
            Place place = places.get(shard);
            if (place.planned() == NOBODY) {
                free.add(shard);
            } else if (!place.isFixed()) {
                held.get(place.planned()).add(shard);
            }
        }
        for (int group = 0; group < load.length; group++) {
            List<Integer> candidates = held.get(group);
            candidates.sort(Comparator.<Integer>comparingInt(this::costOfMoving)
                    .thenComparing(Comparator.<Integer>reverseOrder()));
            free.addAll(candidates.subList(0, Math.max(0, -room[group])));
        }
        free.sort(Comparator.naturalOrder());
        return free;
    }

    private int costOfMoving(int shard) {
        Place place = places.get(shard);
        if (place.owner() == place.planned()) {
            return 2;
        }
        return place.owner() != NOBODY && room[place.owner()] > 0 ? 0 : 1;
    }

    private void settle(List<Integer> free) {
        List<Integer> others = new ArrayList<>();
        for (int shard : free) {
            int owner = places.get(shard).owner();
            if (owner != NOBODY && room[owner] > 0) {
                room[owner]--;
                assigned[shard] = owner;
            } else {
                others.add(shard);
            }
        }
        int group = 0;
        for (int shard : others) {
            while (room[group] <= 0) {
                group++;
            }
            room[group]--;
            assigned[shard] = group;
        }
    }
}

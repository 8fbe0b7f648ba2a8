package io.ostraka.it.smallscope;

import static io.ostraka.it.smallscope.HandOverModel.CONTROLLER;
import static io.ostraka.it.smallscope.HandOverModel.FIRST_PLACE;
import static io.ostraka.it.smallscope.HandOverModel.SAID;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a state when nobody disturbs it any more: the plan stays, what is said is heard, and what was said
 * before is lost. Chance has no favourites, so whatever can happen for long enough does. Not thread-safe.
 */
final class Continuation {

    private static final int STEPS_MAX = 200;

    private final HandOverModel model;
    private final Controllers controllers;
    private final Groups groups;

    Continuation(HandOverModel model, Controllers controllers, Groups groups) {
        this.model = model;
        this.controllers = controllers;
        this.groups = groups;
    }

    /** The state in which nothing happens any more. */
    int[] settled(int[] state) {
        int[] now = state;
        SplittableRandom chance = new SplittableRandom(1);
        List<int[]> next = new ArrayList<>();
        for (int i = 0; i < STEPS_MAX; i++) {
            next.clear();
            model.heard(now, model.saidAnew(now), model.scope().exportIds() + 1, (step, after) -> next.add(after));
            if (next.isEmpty()) {
                return now;
            }
            now = next.get(chance.nextInt(next.size()));
        }
        throw new IllegalStateException("after " + STEPS_MAX + " steps something still happens");
    }

    /** From some of the states that were found: the story of the first from which the plan is not reached; or empty. */
    String stuck(Explorer explorer, int states, int continued) {
        int apart = Math.max(1, states / continued);
        for (int number = 0; number < states; number += apart) {
            int[] settled = settled(explorer.state(number));
            String wrong = model.violation(settled);
            String missing = wrong == null ? missing(settled) : wrong;
            if (missing != null) {
                return String.join("\n", explorer.story(number)) + "\n=> " + missing;
            }
        }
        return "";
    }

    /** What is missing in a settled state for it to be as planned, or null. */
    @Nullable
    String missing(int[] settled) {
        ClusterConfig config = controllers.config(settled[CONTROLLER]);
        ShardRow row = config.shard(0);
        int server = server(settled);
        if (server < 0) {
            return "nobody serves the shard";
        }
        GroupId serving = groups.image(settled[server]).group();
        if (row.target() != null) {
            return "planned to " + row.target() + ", and still at " + serving;
        }
        for (int place = FIRST_PLACE; place < SAID; place++) {
            if (settled[place] >= 0 && place != server && isCopy(groups.state(settled[place]))) {
                return groups.image(settled[place]) + " is left";
            }
        }
        for (GroupRow group : config.groups().values()) {
            if (group.leaving() && !group.ref().equals(row.owner())) {
                return "group " + group.ref() + " is leaving and does not go";
            }
        }
        return null;
    }

    private static boolean isCopy(ShardState state) {
        return state instanceof ShardState.Frozen || state instanceof ShardState.Importing;
    }

    /** Where the shard is served; -1: nowhere. */
    int server(int[] state) {
        for (int place = FIRST_PLACE; place < SAID; place++) {
            if (state[place] >= 0 && groups.state(state[place]).isServing()) {
                return place;
            }
        }
        return -1;
    }
}

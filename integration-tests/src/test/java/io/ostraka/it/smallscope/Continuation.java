package io.ostraka.it.smallscope;

import static io.ostraka.it.smallscope.HandOverModel.CONTROLLER;
import static io.ostraka.it.smallscope.HandOverModel.FIRST_PLACE;
import static io.ostraka.it.smallscope.HandOverModel.SAID;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.GroupId;
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
        for (GroupRow group : config.groups().values()) {
            if (group.leaving() && !group.ref().equals(row.owner())) {
                return "group " + group.ref() + " is leaving and does not go";
            }
        }
        return null;
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

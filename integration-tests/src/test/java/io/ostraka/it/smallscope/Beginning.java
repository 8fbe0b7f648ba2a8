package io.ostraka.it.smallscope;

import static io.ostraka.it.smallscope.HandOverModel.CONTROLLER;
import static io.ostraka.it.smallscope.HandOverModel.FIRST_PLACE;
import static io.ostraka.it.smallscope.HandOverModel.FIRST_VIEW;
import static io.ostraka.it.smallscope.HandOverModel.NEVER;
import static io.ostraka.it.smallscope.HandOverModel.SAID;
import static io.ostraka.it.smallscope.HandOverModel.WIDTH;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardctrler.command.Change;
import java.util.Arrays;

/**
 * Where the search begins: the shard is born at one group, a key was written, and maybe the shard has moved to another
 * group and back, all by the system's own doing. What was said on the way may still be heard.
 */
final class Beginning {

    private final HandOverModel model;
    private final Controllers controllers;
    private final Groups groups;

    Beginning(HandOverModel model, Controllers controllers, Groups groups) {
        this.model = model;
        this.controllers = controllers;
        this.groups = groups;
    }

    int[] state(int handOvers) {
        int[] state = new int[WIDTH];
        Arrays.fill(state, FIRST_PLACE, SAID, NEVER);
        Arrays.fill(state, FIRST_VIEW, WIDTH, NEVER);
        int founded = controllers.founded();
        for (GroupId group : controllers.groups(founded)) {
            state[FIRST_PLACE + (int) group.gid() - 1] = model.empty(group);
        }
        Continuation fair = new Continuation(model, controllers, groups);
        state = fair.settled(model.withController(state, founded));
        int first = fair.server(state);
        state[first] = groups.apply(state[first], groups.command(Writes.before(), 0));
        state = fair.settled(model.closed(state));
        int second = first == FIRST_PLACE ? FIRST_PLACE + 1 : FIRST_PLACE;
        for (int i = 0; i < handOvers; i++) {
            int to = i % 2 == 0 ? second : first;
            Change move = new Change.Move(0, to - FIRST_PLACE + 1);
            state = fair.settled(model.withController(state, controllers.change(state[CONTROLLER], move)));
        }
        return state;
    }
}

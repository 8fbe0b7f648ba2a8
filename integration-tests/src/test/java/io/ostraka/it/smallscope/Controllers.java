package io.ostraka.it.smallscope;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigHash;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.RequestId;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.MapHistory;
import io.ostraka.shardctrler.state.RecordedRequests;
import io.ostraka.shardctrler.state.Transitions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Numbers for the states of the controller, and what each command does to each. What nobody looks at is left out of a
 * state, so that more are equal: the chain's hash (groups take whole configurations here), old maps, answers given. Not
 * thread-safe.
 */
final class Controllers {

    /** The gids that there are. */
    static final int GIDS = 3;

    private static final long CLUSTER = 77;

    private record Pair(int state, ControllerCommand command) {}

    private final Map<ControllerState, Integer> numbers = new HashMap<>();
    private final List<ControllerState> states = new ArrayList<>();
    private final Map<Pair, Integer> next = new HashMap<>();

    /** A founded cluster with three groups that have joined at once. */
    int founded() {
        int state = number(ControllerState.EMPTY);
        state = apply(
                state,
                new ControllerCommand.Initialise(
                        CLUSTER, 1, List.of(new ControllerMember(1L << 62, 5, "ctrl:1")), Feature.NEWEST_LEVEL));
        state = apply(state, new ControllerCommand.RegisterNode(1, address(), 1, Feature.NEWEST_LEVEL));
        List<Change.JoiningGroup> groups = new ArrayList<>();
        for (int gid = 1; gid <= GIDS; gid++) {
            groups.add(joining(gid));
        }
        return change(state, new Change.Join(groups));
    }

    /** Every change that an administrator might ask for. */
    static List<Change> changes(boolean leaves) {
        List<Change> changes = new ArrayList<>();
        for (int gid = 1; gid <= GIDS; gid++) {
            changes.add(new Change.Move(0, gid));
        }
        for (int gid = 1; leaves && gid <= GIDS; gid++) {
            changes.add(new Change.Leave(List.of((long) gid)));
            changes.add(new Change.Join(List.of(joining(gid))));
        }
        return changes;
    }

    /** The state after an administrator has asked for a change. */
    int change(int state, Change change) {
        return apply(state, administer(state, change));
    }

    /** The state after a command. */
    int apply(int state, ControllerCommand command) {
        Pair pair = new Pair(state, command);
        Integer known = next.get(pair);
        if (known == null) {
            known = number(Transitions.apply(states.get(state), command).state());
            next.put(pair, known);
        }
        return known;
    }

    ClusterConfig config(int state) {
        return Objects.requireNonNull(states.get(state).config(), "the cluster is founded");
    }

    /** Whether the configuration has this group, alive or leaving. */
    boolean has(int state, GroupId group) {
        return config(state).groups().containsKey(new GroupRef(group.gid(), group.incarnation()));
    }

    /** The groups of the configuration. */
    List<GroupId> groups(int state) {
        return config(state).groups().values().stream()
                .map(GroupRow::ref)
                .map(ref -> new GroupId(ref.gid(), ref.incarnation()))
                .toList();
    }

    int size() {
        return states.size();
    }

    private ControllerCommand administer(int state, Change change) {
        return new ControllerCommand.Administer(new RequestId(1, config(state).num() + 1), 0, change);
    }

    private int number(ControllerState whole) {
        ControllerState state = canonical(whole);
        Integer number = numbers.get(state);
        if (number == null) {
            number = states.size();
            numbers.put(state, number);
            states.add(state);
        }
        return number;
    }

    private static ControllerState canonical(ControllerState state) {
        ClusterConfig config = state.config();
        ClusterConfig unchained = config == null
                ? null
                : new ClusterConfig(
                        config.clusterId(),
                        config.num(),
                        config.revision(),
                        ConfigHash.NONE,
                        config.terms(),
                        config.shards(),
                        config.directory());
        return new ControllerState(
                unchained,
                state.registry(),
                state.settlements(),
                state.recoveries(),
                state.restoration(),
                MapHistory.EMPTY,
                RecordedRequests.EMPTY);
    }

    private static Change.JoiningGroup joining(long gid) {
        return new Change.JoiningGroup(gid, List.of(address()), 0);
    }

    private static String address() {
        return "node:1";
    }
}

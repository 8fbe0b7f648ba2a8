package io.ostraka.it.smallscope;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.shard.GroupImage;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.WriteResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One shard, three groups, and one of them joined again after it left, under the real controller: everything that can
 * happen to it within a {@link Scope}. A state is the controller's, the groups' in their four places, what was said so
 * far, which writes were done, and for each group the view of one leader that its log has left behind. Not thread-safe.
 */
final class HandOverModel implements Model {

    /** The places of groups; the last is for one that joins again. */
    static final int PLACES = 4;

    /** No group was ever in this place. */
    static final int NEVER = -2;

    /** The group that was in this place is gone, and its replicas are deleted. */
    static final int GONE = -1;

    static final int CONTROLLER = 0;
    static final int FIRST_PLACE = 1;
    static final int SAID = FIRST_PLACE + PLACES;
    static final int DONE = SAID + 1;
    static final int FIRST_VIEW = DONE + 1;
    static final int WIDTH = FIRST_VIEW + PLACES;

    /** Beside the writes that were done: one was done twice. */
    static final int DONE_TWICE = 1 << Writes.COUNT;

    private final Scope scope;
    private final FactSets facts = new FactSets();
    private final Groups groups = new Groups(Writes.KEYS);
    private final Controllers controllers = new Controllers();
    private final Voices voices;
    private final Hearing hearing;
    private final Safety safety;
    private final List<Change> changes;
    private final List<Integer> writes = new ArrayList<>();
    private final List<Integer> commandOfFact = new ArrayList<>();
    private final Map<Integer, Integer> configFacts = new HashMap<>();
    private final LongToInt reported = new LongToInt();
    private final int[] initial;
    private final int tick;
    private final long numMax;

    HandOverModel(Scope scope) {
        this.scope = scope;
        // One more than the search uses: a fair continuation always has a new one.
        this.voices = new Voices(groups, scope.exportIds() + 1);
        this.hearing = new Hearing(facts, voices, scope.has(Scope.Kind.COPIES_WHILE_SERVING));
        this.safety = new Safety(groups, scope);
        this.changes = Controllers.changes(scope.has(Scope.Kind.LEAVES));
        for (int write = 0; write < scope.writes(); write++) {
            writes.add(groups.command(Writes.write(write, scope), 0));
        }
        this.tick = groups.command(new Command.Tick(), Writes.LATE_MILLIS);
        this.initial = new Beginning(this, controllers, groups).state(scope.handOvers());
        this.numMax = controllers.config(initial[CONTROLLER]).num() + scope.plans();
    }

    @Override
    public int[] initial() {
        return initial.clone();
    }

    @Override
    public @Nullable String violation(int[] state) {
        return safety.violation(state);
    }

    @Override
    public void steps(int[] state, Steps steps) {
        planned(state, steps);
        heard(state, state[SAID], scope.exportIds(), steps);
        for (int place = FIRST_PLACE; place < SAID; place++) {
            if (state[place] >= 0) {
                written(state, place, steps);
                passed(state, place, steps);
                removed(state, place, steps);
            }
        }
    }

    /** What may come of everything in {@code said}: entries of groups and of the controller. */
    void heard(int[] state, int said, int exportIds, Steps steps) {
        for (int fact : facts.of(said)) {
            switch (facts.fact(fact)) {
                case Fact.Proposal proposal -> {
                    int place = FIRST_PLACE + proposal.place();
                    if (state[place] >= 0 && isAllowed(state, proposal.command(), exportIds)) {
                        applied(state, place, fact, steps);
                    }
                }
                case Fact.Config _ -> {
                    for (int place = FIRST_PLACE; place < SAID; place++) {
                        if (state[place] >= 0) {
                            applied(state, place, fact, steps);
                        }
                    }
                }
                case Fact.ToController report -> controlled(state, fact, report.report(), steps);
                case Fact.ToSource _, Fact.ToImporter _, Fact.Begun _ -> {}
            }
        }
    }

    /** The first ids first: which one is drawn makes no difference. */
    private boolean isAllowed(int[] state, Command command, int exportIds) {
        if (!(command instanceof Command.BeginImport begin)) {
            return true;
        }
        int attempt = AgentRun.attemptOf(begin.name());
        return attempt < exportIds
                && (attempt == 0
                        || facts.contains(
                                state[SAID], facts.number(new Fact.Begun(AgentRun.drawn(begin.name(), attempt - 1)))));
    }

    private void applied(int[] state, int place, int fact, Steps steps) {
        int next = groups.apply(state[place], commandOf(fact));
        if (next != state[place]) {
            int step = Step.entry(place - FIRST_PLACE, fact);
            int[] after = state.clone();
            after[place] = next;
            if (scope.has(Scope.Kind.OLD_VIEWS)) {
                int[] behind = after.clone();
                behind[place - FIRST_PLACE + FIRST_VIEW] = state[place];
                steps.to(step, closed(behind));
            }
            steps.to(step, closed(after, place));
        }
    }

    private int commandOf(int fact) {
        while (commandOfFact.size() <= fact) {
            commandOfFact.add(
                    switch (facts.fact(commandOfFact.size())) {
                        case Fact.Proposal proposal -> groups.command(proposal.command(), 0);
                        case Fact.Config config -> groups.command(config.update(), 0);
                        case Fact.ToSource _, Fact.ToImporter _, Fact.ToController _, Fact.Begun _ -> -1;
                    });
        }
        return commandOfFact.get(fact);
    }

    private void controlled(int[] state, int fact, ControllerCommand.Report report, Steps steps) {
        long key = ((long) state[CONTROLLER] << 32) | fact;
        int next = reported.get(key);
        if (next == LongToInt.ABSENT) {
            next = controllers.apply(state[CONTROLLER], report);
            reported.put(key, next);
        }
        if (next != state[CONTROLLER]) {
            steps.to(Step.report(fact), withController(state, next));
        }
    }

    private void planned(int[] state, Steps steps) {
        if (controllers.config(state[CONTROLLER]).num() >= numMax) {
            return;
        }
        for (int change = 0; change < changes.size(); change++) {
            int next = controllers.change(state[CONTROLLER], changes.get(change));
            if (next != state[CONTROLLER] && (newcomer(state, next) == null || state[SAID - 1] == NEVER)) {
                steps.to(Step.change(change), withController(state, next));
            }
        }
    }

    /** The state after the controller's has changed: groups see it, and one that is new begins. */
    int[] withController(int[] state, int controller) {
        int[] after = state.clone();
        after[CONTROLLER] = controller;
        GroupId newcomer = newcomer(state, controller);
        if (newcomer != null) {
            after[SAID - 1] = empty(newcomer);
        }
        after[SAID] = facts.with(after[SAID], List.of(configFact(controller)));
        return closed(after);
    }

    private @Nullable GroupId newcomer(int[] state, int controller) {
        for (GroupId group : controllers.groups(controller)) {
            boolean isNew = group.incarnation() > 1;
            for (int place = FIRST_PLACE; place < SAID; place++) {
                isNew &= state[place] < 0
                        || !groups.image(state[place]).group().toString().equals(group.toString());
            }
            if (isNew) {
                return group;
            }
        }
        return null;
    }

    /** A group that knows nothing. */
    int empty(GroupId group) {
        return groups.number(
                GroupImage.empty(group, scope.has(Scope.Kind.TIME) ? Writes.SHORT_MEMORY : SessionOptions.DEFAULT));
    }

    private int configFact(int controller) {
        return configFacts.computeIfAbsent(controller, c -> {
            int anybody = empty(new GroupId(Controllers.GIDS + 1, 1));
            return facts.number(voices.config(anybody, controllers.config(c)));
        });
    }

    private void written(int[] state, int place, Steps steps) {
        if (!groups.state(state[place]).isServing()) {
            return;
        }
        for (int write = 0; write < writes.size(); write++) {
            if (!Writes.isSent(write, state[DONE], scope)) {
                continue;
            }
            int next = groups.apply(state[place], writes.get(write));
            boolean done = groups.result(state[place], writes.get(write)) instanceof KvResult.Writes results
                    && results.results().getFirst() instanceof WriteResult.Done;
            if (done && next != state[place]) {
                int[] after = state.clone();
                after[place] = next;
                after[DONE] |= (state[DONE] & (1 << write)) != 0 ? DONE_TWICE : 1 << write;
                steps.to(Step.write(place - FIRST_PLACE, write), closed(after, place));
            }
        }
    }

    private void passed(int[] state, int place, Steps steps) {
        int next = scope.has(Scope.Kind.TIME) ? groups.apply(state[place], tick) : state[place];
        if (next != state[place]) {
            int[] after = state.clone();
            after[place] = next;
            steps.to(Step.tick(place - FIRST_PLACE), closed(after, place));
        }
    }

    private void removed(int[] state, int place, Steps steps) {
        if (!controllers.has(state[CONTROLLER], groups.image(state[place]).group())) {
            int[] after = state.clone();
            after[place] = GONE;
            after[place - FIRST_PLACE + FIRST_VIEW] = GONE;
            steps.to(Step.remove(place - FIRST_PLACE), after);
        }
    }

    /** A state in which one group has changed, with all that follows from it. */
    private int[] closed(int[] state, int changed) {
        return hearing.isHeard(state[SAID], state[changed], changed - FIRST_PLACE) ? state : closed(state);
    }

    /** A state with all that follows from it. */
    int[] closed(int[] state) {
        int before;
        do {
            before = state[SAID];
            state[SAID] = hearing.close(before, state, FIRST_PLACE, SAID);
            state[SAID] = hearing.close(state[SAID], state, FIRST_VIEW, WIDTH);
        } while (state[SAID] != before);
        return state;
    }

    /** What the groups and the controller say anew if everything that was said before is lost. */
    int saidAnew(int[] state) {
        int set = facts.with(FactSets.NOTHING, List.of(configFact(state[CONTROLLER])));
        return hearing.close(set, state, FIRST_PLACE, SAID);
    }

    /** What becomes of a state when nobody disturbs it. */
    Continuation continuation() {
        return new Continuation(this, controllers, groups);
    }

    Scope scope() {
        return scope;
    }

    @Override
    public String tell(int[] before, int step, int[] after) {
        return new Telling(groups, controllers, facts, changes, scope).tell(before, step, after);
    }

    /** How much there is of everything, for a report. */
    String sizes() {
        return "%,d states of groups, %,d of the controller, %,d facts in %,d sets"
                .formatted(groups.size(), controllers.size(), facts.facts(), facts.sets());
    }
}

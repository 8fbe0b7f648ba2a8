package io.ostraka.it.smallscope;

import java.util.function.UnaryOperator;

/** As {@link ScopeRun}, but gives the story of a state from which the plan is not reached, if there is one. */
public final class ProgressRun implements UnaryOperator<String[]> {

    private static final int CONTINUED = 1_000;

    /** For class loaders. */
    public ProgressRun() {}

    @Override
    public String[] apply(String[] words) {
        HandOverModel model = new HandOverModel(Scope.of(words));
        Explorer explorer = new Explorer(model);
        int states = explorer.explore(Integer.parseInt(words[0])).states();
        return new String[] {model.continuation().stuck(explorer, states, CONTINUED)};
    }
}

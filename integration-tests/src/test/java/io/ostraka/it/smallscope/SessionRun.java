package io.ostraka.it.smallscope;

import java.util.function.UnaryOperator;

/** As {@link ScopeRun}, of {@link SessionModel}: takes how many states to look at. */
public final class SessionRun implements UnaryOperator<String[]> {

    /** For class loaders. */
    public SessionRun() {}

    @Override
    public String[] apply(String[] words) {
        return Found.of(new Explorer(new SessionModel()).explore(Integer.parseInt(words[0])))
                .words();
    }
}

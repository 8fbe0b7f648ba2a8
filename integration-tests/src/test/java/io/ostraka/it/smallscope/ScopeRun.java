package io.ostraka.it.smallscope;

import java.util.function.UnaryOperator;

/**
 * A search in words that every class loader knows, so that any loader's copy of the system can be searched: takes
 * {@link Scope#words}, gives {@link Found#words}.
 */
public final class ScopeRun implements UnaryOperator<String[]> {

    /** For class loaders. */
    public ScopeRun() {}

    @Override
    public String[] apply(String[] words) {
        Scope scope = Scope.of(words);
        HandOverModel model = new HandOverModel(scope);
        return Found.of(new Explorer(model).explore(Integer.parseInt(words[0]))).words();
    }
}

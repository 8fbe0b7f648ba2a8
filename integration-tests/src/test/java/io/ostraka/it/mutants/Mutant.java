package io.ostraka.it.mutants;

import io.ostraka.it.smallscope.RuleTakenOut;
import io.ostraka.it.system.SeedRun;
import io.ostraka.raft.testkit.changed.ChangedSystem;
import io.ostraka.raft.testkit.changed.CodeChange;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A mistake that the simulation of the whole system must notice.
 *
 * @param name names it, in small letters and hyphens
 * @param rule the rule that is broken
 * @param source where the rule is from: a section of the design, or a row of the catalogue of faults
 * @param noticedBy who may be the first to notice, of the oracles of {@code io.ostraka.it.system}; {@code handler}
 *     stands for an exception out of production's code
 * @param changes what the code does instead
 * @param takenOut the rule of the small scope that this takes out, if it is one; the search through all states notices
 *     it too
 */
record Mutant(
        String name,
        String rule,
        String source,
        Set<String> noticedBy,
        List<CodeChange> changes,
        @Nullable RuleTakenOut takenOut) {

    /** A mutant that the oracles named, with commas between, notice. */
    static Mutant of(String name, String rule, String source, String noticedBy, CodeChange... changes) {
        return new Mutant(name, rule, source, Set.of(noticedBy.split(", ")), List.of(changes), null);
    }

    /** A rule that the small scope takes out, too. */
    static Mutant ofRule(RuleTakenOut rule, String source, String noticedBy) {
        return new Mutant(
                rule.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-not",
                rule.rule(),
                source,
                Set.of(noticedBy.split(", ")),
                rule.changes(),
                rule);
    }

    /** The simulation with the mistake in it. */
    UnaryOperator<String[]> system() {
        return running(SeedRun.class);
    }

    /** The same for another kind of run. */
    UnaryOperator<String[]> running(Class<? extends UnaryOperator<String[]>> run) {
        ChangedSystem changed = new ChangedSystem(changes);
        changed.makeAll();
        return changed.instance(run);
    }

    @Override
    public String toString() {
        return name;
    }
}

package io.ostraka.it.mutants;

import java.util.List;
import java.util.stream.Stream;

/** All mutants of the whole system. */
final class Mutants {

    private Mutants() {}

    /** All of them; {@code -Dmutant=NAME} leaves only those whose names begin so. */
    static List<Mutant> all() {
        String only = System.getProperty("mutant", "");
        return Stream.of(
                        ShardMutants.ALL,
                        HandOverMutants.ALL,
                        ControllerMutants.ALL,
                        ServingMutants.ALL,
                        NodeMutants.ALL)
                .flatMap(List::stream)
                .filter(mutant -> mutant.name().startsWith(only))
                .toList();
    }

    static Mutant named(String name) {
        return all().stream()
                .filter(mutant -> mutant.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}

package io.ostraka.it.mutants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.it.system.SeedRun;
import io.ostraka.raft.testkit.changed.ChangedSystem;
import io.ostraka.raft.testkit.changed.CodeChange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cheap part of {@link MutationGate}: every mutant can be made, and some are noticed with seeds that are known. */
final class MutantsAreNoticedTest {

    /** A small run, of few events. */
    private static final String[] SEED_AND_NANOS = {"2", "20000000000"};

    static List<Mutant> mutants() {
        return Mutants.all();
    }

    /** If the code that a mutant changes is gone, the mutant has to follow it. */
    @ParameterizedTest
    @MethodSource("mutants")
    void theCodeThatAMutantChangesIsThere(Mutant mutant) {
        assertThat(mutant.system()).isNotNull();
    }

    @Test
    void mutantsHaveNamesOfTheirOwn() {
        assertThat(mutants()).extracting(Mutant::name).doesNotHaveDuplicates();
    }

    @Test
    void aChangeWhoseCodeIsNotThereIsFound() {
        CodeChange gone = CodeChange.doesNothing("shardkv.session.SessionTable", "recordAll");

        assertThatThrownBy(() -> new ChangedSystem(List.of(gone)).makeAll())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SessionTable.recordAll changes nothing");
    }

    /**
     * If this fails since the simulation draws its runs otherwise now, the gate says with which seeds it notices them.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "write-leaves-no-record",
                "done-number-not-asked",
                "sessions-move-not",
                "join-of-unknown-addresses",
                "epoch-not-raised",
                "incarnation-given-twice",
            })
    void mistakeIsNoticedWithASeedThatIsKnown(String name) {
        Mutant mutant = Mutants.named(name);
        String[] noticed = mutant.system().apply(SEED_AND_NANOS);

        assertThat(noticed).hasSize(2);
        assertThat(noticed[0]).as(noticed[1]).isIn(mutant.noticedBy());
    }

    @Test
    void nothingIsNoticedWithThatSeedWhereThereIsNoMistake() {
        assertThat(new SeedRun().apply(SEED_AND_NANOS)).isEmpty();
    }
}

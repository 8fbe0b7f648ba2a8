package io.ostraka.it.mutants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.it.system.SeedRun;
import io.ostraka.raft.testkit.changed.ChangedSystem;
import io.ostraka.raft.testkit.changed.CodeChange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cheap part of {@link MutationGate}: every mutant can be made, and some are noticed with seeds that are known. */
final class MutantsAreNoticedTest {

    private static final String NANOS = "20000000000";

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
    @CsvSource({
        "write-leaves-no-record, 1",
        "done-number-not-asked, 3",
        "sessions-move-not, 3",
        "join-of-unknown-addresses, 1",
        "epoch-not-raised, 2",
        "incarnation-given-twice, 2",
    })
    void mistakeIsNoticedWithASeedThatIsKnown(String name, String seed) {
        Mutant mutant = Mutants.named(name);
        String[] noticed = mutant.system().apply(new String[] {seed, NANOS});

        assertThat(noticed).hasSize(2);
        assertThat(noticed[0]).as(noticed[1]).isIn(mutant.noticedBy());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3"})
    void nothingIsNoticedWithThatSeedWhereThereIsNoMistake(String seed) {
        assertThat(new SeedRun().apply(new String[] {seed, NANOS})).isEmpty();
    }
}

package io.ostraka.server.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LineLedgerTest {

    private final LineLedger ledger = new LineLedger("k");

    @BeforeEach
    void acknowledgedThenUnknownThenAcknowledgedThenNotApplied() {
        ledger.acknowledged();
        ledger.unknown();
        ledger.acknowledged();
        ledger.notApplied();
    }

    @Test
    void acceptsUnknownLineAppliedOrNot() {
        assertThat(ledger.check("k line 0\nk line 1\nk line 2\n")).isEmpty();
        assertThat(ledger.check("k line 0\nk line 2\n")).isEmpty();
    }

    @Test
    void reportsMissingAcknowledgedLine() {
        assertThat(ledger.check("k line 0\nk line 1\n")).containsExactly("k: acknowledged line 2 is missing");
        assertThat(ledger.check("")).containsExactly("k: acknowledged line 0 is missing");
    }

    @Test
    void reportsDoubledAndMisorderedLines() {
        assertThat(ledger.check("k line 0\nk line 0\nk line 2\n")).isNotEmpty();
        assertThat(ledger.check("k line 0\nk line 2\nk line 1\n")).isNotEmpty();
        assertThat(ledger.check("k line 2\nk line 0\n")).containsExactly("k: acknowledged line 0 is out of order");
        assertThat(ledger.check("k line 0\nk line 2\nk line 2\n")).isNotEmpty();
    }

    @Test
    void reportsLineThatWasSaidNotToBeApplied() {
        assertThat(ledger.check("k line 0\nk line 2\nk line 3\n"))
                .containsExactly("k: line 3 was reported as not applied, and is there");
    }
}

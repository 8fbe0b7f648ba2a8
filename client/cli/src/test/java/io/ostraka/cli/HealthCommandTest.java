package io.ostraka.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.fake.FakeCluster;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthCommandTest {

    /** Answers as a controller that leads and as a node that has heard of no controller. */
    private final FakeCluster process = FakeCluster.start();

    @AfterEach
    void stop() {
        process.close();
    }

    @Test
    void processThatAnswersIsWellButServesOnlyWithoutTroubles() {
        Cli cli = new Cli(Map.of());

        assertThat(cli.run("health", process.address())).isZero();
        assertThat(cli.out()).contains(process.address() + " answers", "heard of no controller");

        assertThat(cli.run("health", "--serving", process.address())).isEqualTo(1);
    }

    @Test
    void troublesArePrintedAsJson() {
        Cli cli = new Cli(Map.of());

        assertThat(cli.run("health", process.address(), "-o", "json")).isZero();

        assertThat(cli.out())
                .isEqualTo("{\"address\":\"" + process.address()
                        + "\",\"controller\":true,\"node\":true,\"serving\":false,"
                        + "\"troubles\":[\"the node has heard of no controller yet\"]}\n");
    }

    @Test
    void withoutAnAddressTheProcessOnThisMachineIsAskedWhereItListens() {
        String port = process.address().substring(process.address().lastIndexOf(':'));

        assertThat(new Cli(Map.of("OSTRAKA_LISTEN", "0.0.0.0" + port)).run("health"))
                .isZero();
        assertThat(new Cli(Map.of("OSTRAKA_LISTEN", process.address())).run("health"))
                .isZero();
    }

    @Test
    void processThatDoesNotAnswerIsExitCodeThree() {
        String address = process.address();
        process.close();
        Cli cli = new Cli(Map.of());

        assertThat(cli.run("health", address)).isEqualTo(3);
        assertThat(cli.err()).contains(address);
    }
}

package io.ostraka.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.fake.FakeCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SetupCommandTest {

    /** Belongs to a cluster, whose only group is 100. */
    private final FakeCluster cluster = FakeCluster.start();

    private final Cli cli = Cli.of(cluster.address());

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void clusterThatIsFoundedAndHasTheGroupsStaysAsItIs() {
        assertThat(cli.run("setup", "100=" + cluster.address())).isZero();

        assertThat(cli.out()).contains("groups 100");
        assertThat(cluster.foundings).isEmpty();
        assertThat(cluster.changes).isEmpty();
    }

    @Test
    void groupThatIsMissingJoinsOnceItsNodesHaveRegistered() {
        assertThat(cli.run("setup", "100=" + cluster.address(), "103=" + cluster.address()))
                .isZero();

        assertThat(cluster.changes)
                .singleElement()
                .satisfies(change -> assertThat(change.getJoin().getGroupsList())
                        .singleElement()
                        .matches(group -> group.getGid() == 103));
    }

    @Test
    void nodesThatDoNotRegisterInTimeAreNamed() {
        assertThat(cli.run("setup", "103=nowhere:1", "--timeout", "300ms")).isEqualTo(3);

        assertThat(cli.err()).contains("nowhere:1");
        assertThat(cluster.changes).isEmpty();
    }
}

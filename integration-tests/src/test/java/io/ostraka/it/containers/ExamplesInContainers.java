package io.ostraka.it.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.OstrakaClient;
import io.ostraka.examples.ClusterInATest;
import io.ostraka.testcontainers.OstrakaCluster;
import io.ostraka.testcontainers.OstrakaExtension;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How tests of a user's own come by a cluster. */
@Timeout(300)
class ExamplesInContainers {

    @BeforeAll
    static void buildImage() throws Exception {
        Engine.assumeThere();
    }

    @Test
    void exampleOfAClusterInATestRuns() {
        ClusterInATest.main(new String[0]);
    }

    /** A class of a user's own: each test takes what it needs, and all of them have the same cluster. */
    @Nested
    class WithTheExtension {

        @RegisterExtension
        static final OstrakaExtension OSTRAKA =
                OstrakaExtension.of(OstrakaCluster.builder().replicas(1).shards(4));

        @Test
        void testTakesAClientOfTheCluster(OstrakaClient client) {
            client.put("key", "value");
            assertThat(client.get("key").orElseThrow().toUtf8()).isEqualTo("value");
        }

        @Test
        void testTakesTheClusterItself(OstrakaCluster cluster) {
            assertThat(cluster).isSameAs(OSTRAKA.cluster());
            assertThat(Set.copyOf(cluster.nodes())).containsExactly("node-1");
            cluster.client().put("another", "value");
        }
    }
}

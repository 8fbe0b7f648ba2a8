package io.ostraka.examples;

import io.ostraka.client.OstrakaClient;
import io.ostraka.testcontainers.OstrakaCluster;

/** What a test of a user's own may do to a real cluster in containers. */
public final class ClusterInATest {

    private ClusterInATest() {}

    /** Runs with the image that {@code deploy/docker/build} makes. */
    public static void main(String[] args) {
        // tag::cluster-in-a-test[]
        try (OstrakaCluster cluster =
                OstrakaCluster.builder().controllers(1).groups(2).replicas(3).start()) {
            OstrakaClient client = cluster.client();
            client.put("greeting", "hello");
            cluster.kill(cluster.leaderOf(101).orElseThrow());
            client.put("greeting", "still here");
            System.out.println(client.get("greeting").orElseThrow().toUtf8());
        }
        // end::cluster-in-a-test[]
    }
}

package io.ostraka.it.containers;

import io.ostraka.testcontainers.OstrakaContainer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every process of a cluster is replaced by one of this checkout, one after the other and under load, on the data that
 * another version wrote: {@code -Dostraka.previous.image=NAME:TAG}; by default that version is this one. Profile
 * {@code containers}.
 */
@Timeout(600)
class UpgradeInContainers {

    private static final String PREVIOUS = System.getProperty("ostraka.previous.image", OstrakaContainer.DEFAULT_IMAGE);

    @Test
    void everyProcessIsReplacedOnItsData() throws Exception {
        try (ClusterUnderLoad load = ClusterUnderLoad.start(cluster -> cluster.image(PREVIOUS))) {
            load.during("upgraded", clients -> {
                for (String name : Stream.concat(load.cluster().controllers().stream(), load.cluster().nodes().stream())
                        .toList()) {
                    load.cluster().upgrade(name, OstrakaContainer.DEFAULT_IMAGE);
                    load.cluster().awaitServing();
                }
            });
            System.out.println("containers: upgraded from " + PREVIOUS);
        }
    }
}

package io.ostraka.it.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.testcontainers.OstrakaCluster;
import io.ostraka.testcontainers.OstrakaContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A rolling restart that is an upgrade: every process of a cluster is stopped and replaced by one of this checkout, one
 * after the other and under load, on the data that another version wrote: {@code -Dostraka.previous.image=NAME:TAG}; by
 * default that version is this one.
 */
@Timeout(600)
@ExtendWith(SharedCluster.class)
class UpgradeInContainers {

    /** What the shared cluster starts with. */
    static final String PREVIOUS = System.getProperty("ostraka.previous.image", OstrakaContainer.DEFAULT_IMAGE);

    private final ClusterUnderLoad load;

    UpgradeInContainers(ClusterUnderLoad load) {
        this.load = load;
    }

    @Test
    void everyProcessIsReplacedOnItsData() throws Exception {
        OstrakaCluster cluster = load.cluster();
        load.during("upgraded", clients -> {
            for (String name : load.processes()) {
                String before = cluster.container(name).getContainerId();
                cluster.upgrade(name, OstrakaContainer.DEFAULT_IMAGE);
                cluster.awaitServing();
                assertThat(cluster.container(name).getContainerId()).isNotEqualTo(before);
                assertThat(cluster.container(name)
                                .getCurrentContainerInfo()
                                .getConfig()
                                .getImage())
                        .isEqualTo(OstrakaContainer.DEFAULT_IMAGE);
            }
        });
        System.out.println("containers: upgraded from " + PREVIOUS);
    }
}

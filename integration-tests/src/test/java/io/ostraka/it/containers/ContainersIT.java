package io.ostraka.it.containers;

import org.junit.platform.suite.api.SelectClasses;
import org.junit.platform.suite.api.Suite;

/**
 * Everything that may happen to a cluster in containers, in one process, so that it is one cluster that it happens to:
 * nine containers are the dearest part of each of these tests. The upgrade comes first: the others are about what the
 * cluster then runs.
 */
@Suite
@SelectClasses({
    ImageInContainers.class,
    ExamplesInContainers.class,
    UpgradeInContainers.class,
    OperationsInContainers.class,
    LossesInContainers.class,
    NetworksInContainers.class,
    MachinesInContainers.class
})
class ContainersIT {}

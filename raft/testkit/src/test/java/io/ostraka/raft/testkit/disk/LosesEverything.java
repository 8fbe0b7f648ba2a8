package io.ostraka.raft.testkit.disk;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;

/** Draws zeros only, by which a disk loses everything that is not synced. */
@NullMarked
final class LosesEverything implements RandomGenerator {

    @Override
    public long nextLong() {
        return 0;
    }
}

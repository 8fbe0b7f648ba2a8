package io.ostraka.raft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DiskHealthTest {

    private final DiskHealth health = new DiskHealth(100, 1000);

    @Test
    void oneSlowWriteMakesItSick() {
        health.observe(101, 0);

        assertThat(health.healthy()).isFalse();
    }

    @Test
    void itIsWellAgainOnlyAfterATimeWithoutSlowWrites() {
        health.observe(101, 0);
        health.observe(1, 900);
        assertThat(health.healthy()).isFalse();

        health.observe(150, 950);
        health.observe(1, 1900);
        assertThat(health.healthy()).isFalse();

        health.observe(1, 1951);
        assertThat(health.healthy()).isTrue();
    }

    @Test
    void anUsualWriteLeavesItHealthy() {
        health.observe(100, 0);

        assertThat(health.healthy()).isTrue();
    }
}

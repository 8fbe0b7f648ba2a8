package io.ostraka.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JvmOptionsTest {

    @Test
    void commentsAndEmptyLinesAreNoOptions() {
        assertThat(JvmOptions.parse("# why\n-Xmx1g\n\n  -XX:+UseG1GC  \n")).containsExactly("-Xmx1g", "-XX:+UseG1GC");
    }

    @Test
    void aServerGetsTheOptionsOfTheDistribution() {
        assertThat(JvmOptions.ofServer())
                .contains("-XX:+UseCompactObjectHeaders", "-XX:+ExitOnOutOfMemoryError")
                .allSatisfy(option -> assertThat(option).startsWith("-"));
    }
}

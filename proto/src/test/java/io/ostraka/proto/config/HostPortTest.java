package io.ostraka.proto.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HostPortTest {

    @Test
    void wellFormedAddressesAreReadAndWrittenBack() {
        for (String address : new String[] {"localhost:7100", "10.0.0.1:1", "node-1.example.org:65535", "[::1]:7100"}) {
            assertThat(HostPort.parse(address)).hasToString(address);
        }
    }

    @Test
    void malformedAddressesAreRefusedWithWhatToWrite() {
        for (String address : new String[] {
            "",
            "host",
            ":1",
            "host:",
            "host:0",
            "host:65536",
            "host:1x",
            "ho st:1",
            "::1:7100",
            "[::1:7100",
            "[]:1",
            "h/x:1",
            "hö:1",
            "host:-1",
            "a".repeat(300) + ":1"
        }) {
            assertThat(HostPort.problemOf(address)).as(address).isNotNull();
            assertThatThrownBy(() -> HostPort.parse(address)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(HostPort.problemOf("host")).contains("host:port");
    }
}

package io.ostraka.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FreePortsTest {

    @Test
    void portsAreDifferentAndNoneThatTheSystemGivesToConnections() throws Exception {
        List<Integer> ports = FreePorts.find(50, new Random(1));

        assertThat(ports).hasSize(50).doesNotHaveDuplicates().allMatch(port -> port >= 10_000 && port < 32_000);
    }

    @Test
    void portThatIsTakenIsPassedOver() throws Exception {
        int first = FreePorts.find(1, new Random(7)).getFirst();

        try (ServerSocket taken = new ServerSocket(first, 1, InetAddress.getLoopbackAddress())) {
            assertThat(FreePorts.find(3, new Random(7))).doesNotContain(taken.getLocalPort());
        }
    }
}

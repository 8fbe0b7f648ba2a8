package io.ostraka.proto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProtocolVersionTest {

    @Test
    void ownVersionIsSupported() {
        assertThat(ProtocolVersion.isSupported(ProtocolVersion.CURRENT)).isTrue();
    }

    @Test
    void missingAndNewerVersionsAreRefusedWithWhatIsSpoken() {
        assertThat(ProtocolVersion.isSupported(0)).isFalse();
        assertThat(ProtocolVersion.isSupported(ProtocolVersion.CURRENT + 1)).isFalse();
        assertThat(ProtocolVersion.refusal(0)).contains("version 0", "speaks 1 to 1", "upgrade");
    }
}

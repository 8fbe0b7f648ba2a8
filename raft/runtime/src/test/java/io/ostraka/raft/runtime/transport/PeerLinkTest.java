package io.ostraka.raft.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class PeerLinkTest {

    @Test
    void nameThatCannotBeResolvedIsTheSameTroubleHoweverTheRuntimeWordsIt() {
        Status unresolved = Status.UNAVAILABLE.withDescription("Unable to resolve host c-1");

        String asked =
                PeerLink.describe(unresolved.withCause(new UnknownHostException("c-1: Name or service not known")));
        String remembered = PeerLink.describe(unresolved.withCause(new UnknownHostException("c-1")));

        assertThat(remembered).isEqualTo(asked).isEqualTo("Unable to resolve host c-1");
    }

    @Test
    void otherTroubleIsTheFirstLineOfItsCause() {
        Status refused = Status.UNAVAILABLE
                .withDescription("io exception")
                .withCause(new ConnectException("connection refused: c-1/127.0.0.1:1\nmore"));

        assertThat(PeerLink.describe(refused)).isEqualTo("connection refused: c-1/127.0.0.1:1");
        assertThat(PeerLink.describe(Status.UNAVAILABLE.withDescription("gone")))
                .isEqualTo("gone");
    }
}

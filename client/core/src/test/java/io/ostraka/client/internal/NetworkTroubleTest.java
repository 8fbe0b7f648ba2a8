package io.ostraka.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class NetworkTroubleTest {

    @Test
    void aRefusedConnectionIsSaidInTheSystemsWords() {
        Status refused = Status.UNAVAILABLE
                .withDescription("io exception")
                .withCause(new ConnectException(
                        "finishConnect(..) failed with error(-111): Connection refused: /127.0.0.1:7100"));
        Status elsewhere = refused.withCause(new ConnectException("Connection refused: localhost/127.0.0.1:7100"));

        assertThat(NetworkTrouble.of(refused)).isEqualTo("connection refused");
        assertThat(NetworkTrouble.of(elsewhere)).isEqualTo("connection refused");
    }

    @Test
    void anUnknownHostIsNamedAsSuch() {
        Status unknown = Status.UNAVAILABLE
                .withDescription("Unable to resolve host nowhere")
                .withCause(new RuntimeException(new UnknownHostException("nowhere: Name or service not known")));

        assertThat(NetworkTrouble.of(unknown)).isEqualTo("there is no host of that name");
    }

    @Test
    void aDeadlineSaysNothingOfItsMechanics() {
        Status late = Status.DEADLINE_EXCEEDED.withDescription(
                "CallOptions deadline exceeded after 0.28s. Name resolution delay 0.0004 seconds. [was_still_waiting]");

        assertThat(NetworkTrouble.of(late)).isEqualTo("no answer in time");
    }

    @Test
    void anotherServerIsNoServerOfOurs() {
        assertThat(NetworkTrouble.of(Status.UNIMPLEMENTED.withDescription("Method not found: ostraka.Kv/Session")))
                .contains("no server of Ostraka");
    }

    @Test
    void whatIsNotKnownIsPassedOn() {
        assertThat(NetworkTrouble.of(Status.UNAVAILABLE)).isEqualTo("the connection is lost");
        assertThat(NetworkTrouble.of(Status.INTERNAL.withDescription("odd"))).isEqualTo("INTERNAL odd");
    }
}

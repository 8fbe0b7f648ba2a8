package io.ostraka.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.QueryRequest;
import io.ostraka.raft.runtime.transport.NetworkThreads;
import io.ostraka.raft.runtime.transport.TransportOptions;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

final class LibraryLogsTest {

    /** A label has at most 63 characters, so no server of names is asked. */
    private static final String NAMELESS = "x".repeat(64) + ":7100";

    @Test
    void nameThatCannotBeResolvedIsReportedByWhoeverAskedAlone() {
        Queue<String> reported = new ConcurrentLinkedQueue<>();
        Handler handler = new Reported(reported);
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        try (NetworkThreads threads = NetworkThreads.start(1)) {
            LibraryLogs.leaveOutWhatWeReport();
            ManagedChannel channel = threads.connector(TransportOptions.DEFAULT).open(NAMELESS);

            assertThatThrownBy(() -> ControllerGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(30, TimeUnit.SECONDS)
                            .query(QueryRequest.getDefaultInstance()))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("Unable to resolve host");

            channel.shutdownNow();
            assertThat(reported).isEmpty();
        } finally {
            root.removeHandler(handler);
        }
    }

    private static final class Reported extends Handler {
        private final Queue<String> messages;

        Reported(Queue<String> messages) {
            this.messages = messages;
        }

        @Override
        public void publish(LogRecord entry) {
            messages.add(entry.getLoggerName() + ": " + entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}

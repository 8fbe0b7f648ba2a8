package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.KvResponseFrame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResponseStreamTest {

    private final Reader reader = new Reader();
    private final ResponseStream stream = new ResponseStream(reader, 1000);

    @Test
    void whatAReaderTakesLeavesAtOnce() {
        stream.send(List.of(response(1, 10), response(2, 10)));

        assertThat(reader.ids()).containsExactly(1L, 2L);
        assertThat(reader.frames).hasSize(1);
    }

    @Test
    void whatGathersWhileTheReaderIsBusyLeavesAsOneFrame() {
        reader.ready = false;
        stream.send(List.of(response(1, 10)));
        stream.send(List.of(response(2, 10)));
        assertThat(reader.frames).isEmpty();

        reader.ready = true;
        stream.drain();

        assertThat(reader.frames).hasSize(1);
        assertThat(reader.ids()).containsExactly(1L, 2L);
    }

    @Test
    void aSlowReaderIsCongestedFirstAndClosedAtTheBound() {
        reader.ready = false;
        stream.send(List.of(response(1, 200)));
        assertThat(stream.congested()).isTrue();
        assertThat(reader.error).isNull();

        stream.send(List.of(response(2, 900)));

        assertThat(reader.error).isNotNull();
        assertThat(Status.fromThrowable(reader.error).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        stream.send(List.of(response(3, 10)));
        assertThat(reader.frames).isEmpty();
    }

    @Test
    void theEndComesAfterWhatWasPut() {
        reader.ready = false;
        stream.send(List.of(response(1, 10)));
        stream.completeWhenSent();
        assertThat(reader.completed).isFalse();

        reader.ready = true;
        stream.drain();

        assertThat(reader.ids()).containsExactly(1L);
        assertThat(reader.completed).isTrue();
    }

    @Test
    void nothingIsSentToAClientThatIsGone() {
        stream.cancelled();

        stream.send(List.of(response(1, 10)));

        assertThat(reader.frames).isEmpty();
        assertThat(reader.completed).isFalse();
    }

    private static KvResponse response(long id, int valueBytes) {
        return KvResponse.newBuilder()
                .setId(id)
                .setValue(ByteString.copyFrom(new byte[valueBytes]))
                .build();
    }

    /** The transport's side of a stream, as busy as the test says. */
    private static final class Reader extends ServerCallStreamObserver<KvResponseFrame> {

        private final List<KvResponseFrame> frames = new ArrayList<>();
        private boolean ready = true;
        private boolean completed;
        private @Nullable Throwable error;

        List<Long> ids() {
            return frames.stream()
                    .flatMap(frame -> frame.getResponsesList().stream())
                    .map(KvResponse::getId)
                    .toList();
        }

        @Override
        public void onNext(KvResponseFrame frame) {
            frames.add(frame);
        }

        @Override
        public void onError(Throwable failure) {
            assertThat(failure).isInstanceOf(StatusRuntimeException.class);
            error = failure;
        }

        @Override
        public void onCompleted() {
            completed = true;
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}
    }
}

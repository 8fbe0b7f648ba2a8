package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.ostraka.proto.kv.KvResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseStreamTest {

    private final FakeReader reader = new FakeReader();
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
}

package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Hello;
import io.ostraka.proto.ProtocolVersion;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvRequestFrame;
import io.ostraka.raft.runtime.host.AddressBook;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A node that knows no configuration answers each request at once; whether the answer leaves is the reader's matter.
 */
class ClientStreamsTest {

    private static final long CLUSTER = 77;
    private static final KvRequestFrame GREETING = KvRequestFrame.newBuilder()
            .setHello(Hello.newBuilder().setClusterId(CLUSTER).setProtocolVersion(ProtocolVersion.CURRENT))
            .build();
    private static final KvRequestFrame REQUEST = KvRequestFrame.newBuilder()
            .addRequests(KvRequest.newBuilder().setId(5))
            .build();

    private final ClientStreams streams = new ClientStreams();
    private final KvService service = new KvService(
            new NodeGreeting(1, 1, () -> CLUSTER),
            new KvRouter(() -> null, group -> null, new RouteHints(() -> null, new AddressBook()), 1 << 20),
            streams,
            32 << 20);

    @Test
    void aNodeThatTakesNoMoreRefusesGreetingsAndSaysWhereToGo() {
        streams.takeNoMore();
        FakeReader reader = new FakeReader();

        service.session(reader).onNext(GREETING);

        assertThat(reader.frames).singleElement().satisfies(frame -> {
            assertThat(frame.getRefusal()).isEqualTo(StatusCode.NOT_READY);
            assertThat(frame.getReason()).contains("another replica");
        });
        assertThat(reader.completed).isTrue();
    }

    @Test
    void whoWasGreetedBeforeIsServedOn() {
        FakeReader reader = new FakeReader();
        var stream = service.session(reader);
        stream.onNext(GREETING);

        streams.takeNoMore();
        stream.onNext(REQUEST);

        assertThat(reader.ids()).containsExactly(5L);
        assertThat(reader.completed).isFalse();
    }

    @Test
    void theEndOfAStreamComesAfterTheAnswersThatItOwes() {
        FakeReader reader = new FakeReader();
        var stream = service.session(reader);
        stream.onNext(GREETING);
        reader.ready = false;
        stream.onNext(REQUEST);

        CompletableFuture<Void> ended = streams.end();
        assertThat(reader.completed).isFalse();
        assertThat(ended).isNotDone();
        reader.becomeReady();

        assertThat(reader.ids()).containsExactly(5L);
        assertThat(reader.completed).isTrue();
        assertThat(ended).isDone();
    }

    @Test
    void aStreamThatEndsTakesNoFurtherFrame() {
        FakeReader reader = new FakeReader();
        var stream = service.session(reader);
        stream.onNext(GREETING);
        reader.ready = false;
        stream.onNext(REQUEST);
        var _ = streams.end();
        int requested = reader.requested;

        stream.onNext(REQUEST);

        assertThat(reader.requested).isEqualTo(requested);
    }

    @Test
    void aClientThatIsGoneIsNotWaitedFor() {
        FakeReader reader = new FakeReader();
        service.session(reader).onNext(GREETING);
        reader.cancel();

        assertThat(streams.end()).isDone();
    }
}

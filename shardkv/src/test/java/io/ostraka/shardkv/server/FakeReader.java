package io.ostraka.shardkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.KvResponseFrame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The transport's side of a client's stream, as busy as the test says. */
final class FakeReader extends ServerCallStreamObserver<KvResponseFrame> {

    final List<KvResponseFrame> frames = new ArrayList<>();
    boolean ready = true;
    boolean completed;
    int requested;

    @Nullable
    Throwable error;

    private Runnable onReady = () -> {};
    private Runnable onClose = () -> {};
    private Runnable onCancel = () -> {};

    List<Long> ids() {
        return frames.stream()
                .flatMap(frame -> frame.getResponsesList().stream())
                .map(KvResponse::getId)
                .toList();
    }

    /** Takes what waits. */
    void becomeReady() {
        ready = true;
        onReady.run();
    }

    /** The client is gone. */
    void cancel() {
        onCancel.run();
    }

    @Override
    public void onNext(KvResponseFrame frame) {
        frames.add(frame);
    }

    @Override
    public void onError(Throwable failure) {
        assertThat(failure).isInstanceOf(StatusRuntimeException.class);
        error = failure;
        onClose.run();
    }

    @Override
    public void onCompleted() {
        completed = true;
        onClose.run();
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
    public void setOnCancelHandler(Runnable handler) {
        onCancel = handler;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
        onReady = handler;
    }

    @Override
    public void setOnCloseHandler(Runnable handler) {
        onClose = handler;
    }

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void disableAutoRequest() {}

    @Override
    public void request(int count) {
        requested += count;
    }

    @Override
    public void setMessageCompression(boolean enable) {}
}

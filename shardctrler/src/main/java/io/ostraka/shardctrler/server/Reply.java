package io.ostraka.shardctrler.server;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The one answer to a call, which the caller may have given up waiting for. Any thread; only the first answer counts.
 */
final class Reply<T> {

    private final StreamObserver<T> observer;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final Runnable onAnswered;

    /** @param onAnswered run once, when there is an answer */
    Reply(StreamObserver<T> observer, Runnable onAnswered) {
        this.observer = observer;
        this.onAnswered = onAnswered;
        if (observer instanceof ServerCallStreamObserver<T> call) {
            // Without a handler an answer to a cancelled call throws.
            call.setOnCancelHandler(() -> {});
        }
    }

    void send(T answer) {
        if (answered.compareAndSet(false, true)) {
            onAnswered.run();
            observer.onNext(answer);
            observer.onCompleted();
        }
    }
}

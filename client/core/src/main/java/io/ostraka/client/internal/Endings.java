package io.ostraka.client.internal;

import io.ostraka.client.CancelledRequestException;
import io.ostraka.client.IncompatibleClusterException;
import io.ostraka.client.InvalidRequestException;
import io.ostraka.client.OstrakaException;
import io.ostraka.client.Outcome;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.UnavailableException;
import io.ostraka.client.internal.routing.Effects.Failure;
import io.ostraka.client.internal.routing.Reply;
import io.ostraka.proto.StatusCode;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Turns how a request ended into what the caller sees. */
public final class Endings {

    private Endings() {}

    /**
     * Waits for a call.
     *
     * @throws OstrakaException what the call failed with
     * @throws CancellationException if the thread was interrupted; its flag is set again
     * @throws IllegalStateException on the client's own thread, which the call needs
     */
    public static <T> T await(CompletableFuture<T> call) {
        if (Thread.currentThread() instanceof Channels.ClientThread && !call.isDone()) {
            throw new IllegalStateException("a blocking call in a completion would wait for itself: use the async call,"
                    + " or run the completion on your own executor (thenApplyAsync and so on)");
        }
        try {
            return call.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancellationException cancelled = new CancellationException("interrupted while waiting for the cluster");
            cancelled.initCause(e);
            throw cancelled;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OstrakaException known) {
                known.addSuppressed(new Caller());
                throw known;
            }
            throw new IllegalStateException("the client failed", e.getCause());
        }
    }

    static OstrakaException exception(Failure failure) {
        return switch (failure.kind()) {
            case UNAVAILABLE -> new UnavailableException(failure.message());
            case INVALID -> new InvalidRequestException(failure.message());
            case INCOMPATIBLE -> new IncompatibleClusterException(failure.message());
            case CANCELLED -> new CancelledRequestException(failure.message());
            case OUTCOME_UNKNOWN ->
                new OutcomeUnknownException(
                        failure.message() + "; it may or may not take effect"
                                + (failure.request() == null ? "" : ": ask for request " + failure.request()),
                        failure.request());
        };
    }

    static Outcome outcome(Reply reply) {
        StatusCode code = reply.code() == StatusCode.OK ? reply.content().asked() : reply.code();
        long revision = reply.content().revision();
        return switch (code) {
            case OK -> new Outcome.Applied(revision);
            case CONDITION_FAILED -> new Outcome.ConditionFailed(revision);
            // INVALID: it ran and was refused, as an append that would have grown over the limit.
            case CANCELLED, INVALID -> new Outcome.NotApplied();
            default -> new Outcome.NoLongerKnown();
        };
    }

    /** Where the blocking call was made: the failure itself was made on the client's thread. */
    private static final class Caller extends RuntimeException {
        private static final long serialVersionUID = 1;

        Caller() {
            super("the call was made here");
        }
    }
}

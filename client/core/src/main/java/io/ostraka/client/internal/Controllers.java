package io.ostraka.client.internal;

import io.grpc.MethodDescriptor;
import io.ostraka.client.IncompatibleClusterException;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.RejectedException;
import io.ostraka.client.UnavailableException;
import io.ostraka.client.internal.UnaryCalls.CallFailedException;
import io.ostraka.client.internal.routing.Backoff;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.MalformedConfigException;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.QueryReply;
import io.ostraka.proto.controller.QueryRequest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the controllers: to whichever answered last, or to all of them at once, to read; to their leader to change.
 * Thread-safe.
 */
final class Controllers {

    private static final long ONE_CALL_MILLIS_MAX = 1_500;
    private static final long LATE_MILLIS_MAX = 1_000;
    private static final long SOON_MILLIS_MAX = 500;
    private static final Backoff BACKOFF = new Backoff(20_000_000, 400_000_000);

    private static final Set<StatusCode> LEADS =
            EnumSet.of(StatusCode.UNKNOWN_OUTCOME, StatusCode.OVERLOADED, StatusCode.RETRY_AFTER);

    /** What every answer of a controller has. */
    record Verdict(StatusCode code, String message, String leaderHint) {}

    private final List<String> addresses;
    private final UnaryCalls unary;
    private final Clock clock;
    private volatile String leader;
    private volatile @Nullable String answering;

    Controllers(List<String> addresses, UnaryCalls unary, Clock clock) {
        this.addresses = List.copyOf(addresses);
        this.unary = unary;
        this.clock = clock;
        this.leader = this.addresses.get(0);
    }

    List<String> addresses() {
        return addresses;
    }

    /**
     * The latest configuration: from the controller that answered last, and where that does not answer soon, from
     * whichever answers first. The future fails with {@link UnavailableException}, which names each controller and what
     * was wrong with it.
     */
    CompletableFuture<ClusterConfig> config(long timeoutMillis) {
        long callMillis = Math.min(timeoutMillis, ONE_CALL_MILLIS_MAX);
        String known = answering;
        long firstMillis = known == null ? 0 : Math.min(callMillis / 2, SOON_MILLIS_MAX);
        ConfigQuestion question = new ConfigQuestion(callMillis - firstMillis);
        if (known == null) {
            question.ask(addresses);
        } else {
            question.askFirst(known, firstMillis);
        }
        return question.answer;
    }

    /** What to tell the user of a failure of {@link #config}. */
    static String reason(@Nullable Throwable error) {
        return error == null
                ? "no controller answered"
                : String.valueOf(unwrapped(error).getMessage());
    }

    /**
     * Makes a call that only the leader answers, following hints and trying again until the deadline.
     *
     * @param changes whether the call changes something: if so, an attempt without an answer leaves the outcome open.
     *     The call must be one that the controllers recognise when it is repeated.
     */
    <Q, A> A callLeader(
            MethodDescriptor<Q, A> method, Q request, Function<A, Verdict> read, long timeoutMillis, boolean changes) {
        long end = clock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        SplittableRandom random = new SplittableRandom(end);
        Map<String, String> troubles = new LinkedHashMap<>();
        boolean open = false;
        String next = leader;
        for (int tries = 1; ; tries++) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(end - clock.getAsLong());
            if (leftMillis <= 0 || Thread.currentThread().isInterrupted()) {
                throw ended(troubles, timeoutMillis, changes && open);
            }
            String asked = next;
            next = after(asked);
            try {
                long callMillis = Math.min(leftMillis, ONE_CALL_MILLIS_MAX);
                A answer = await(unary.call(asked, method, request, callMillis), callMillis);
                Verdict verdict = read.apply(answer);
                troubles.put(asked, verdict.code() + (verdict.message().isEmpty() ? "" : ": " + verdict.message()));
                if (isFinal(verdict)) {
                    leader = asked;
                    return answer;
                }
                if (LEADS.contains(verdict.code())) {
                    // It leads, but could not carry this out now: ask it again before those that may be down.
                    next = asked;
                } else if (isUsable(verdict.leaderHint(), asked)) {
                    next = verdict.leaderHint();
                }
                open |= verdict.code() == StatusCode.UNKNOWN_OUTCOME || verdict.code() == StatusCode.INTERNAL;
            } catch (CallFailedException e) {
                troubles.put(asked, String.valueOf(e.getMessage()));
                open |= !e.isUnsent();
            }
            if (tries >= addresses.size()) {
                long delay = BACKOFF.delayNanos(tries - addresses.size() + 1, random);
                clock.pauseMillis(Math.min(leftMillis, TimeUnit.NANOSECONDS.toMillis(delay)));
            }
        }
    }

    /** Throws what a final verdict other than OK means. */
    static void requireOk(Verdict verdict) {
        switch (verdict.code()) {
            case OK -> {}
            case WRONG_CLUSTER, UNSUPPORTED_VERSION -> throw new IncompatibleClusterException(verdict.message());
            default ->
                throw new RejectedException(
                        verdict.message().isEmpty() ? verdict.code().toString() : verdict.message());
        }
    }

    /** Waits for one call that ends by itself after {@code timeoutMillis}, and a little longer. */
    static <A> A await(CompletableFuture<A> call, long timeoutMillis) throws CallFailedException {
        try {
            return call.get(timeoutMillis + LATE_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallFailedException("interrupted", io.grpc.Status.CANCELLED.withCause(e), true);
        } catch (TimeoutException e) {
            throw new CallFailedException("no answer", io.grpc.Status.DEADLINE_EXCEEDED.withCause(e), true);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CallFailedException failed) {
                throw failed;
            }
            throw new IllegalStateException("a call failed in an unexpected way", e.getCause());
        }
    }

    private static boolean isFinal(Verdict verdict) {
        return switch (verdict.code()) {
            case OK,
                    CONDITION_FAILED,
                    INVALID,
                    WRONG_CLUSTER,
                    UNSUPPORTED_VERSION,
                    REJECTED,
                    STALE_PLAN,
                    NO_SUCH_CONFIG,
                    SUPERSEDED -> true;
            case NOT_LEADER,
                    WRONG_GROUP,
                    RETRY_AFTER,
                    OVERLOADED,
                    NOT_READY,
                    TIME_NEEDED,
                    SESSION_EXPIRED,
                    CANCELLED,
                    NO_LONGER_KNOWN,
                    UNKNOWN_OUTCOME,
                    INTERNAL,
                    STATUS_UNSPECIFIED,
                    UNRECOGNIZED -> false;
        };
    }

    private static boolean isUsable(String hint, String asked) {
        return !hint.isEmpty() && !hint.equals(asked);
    }

    private String after(String address) {
        int index = addresses.indexOf(address);
        return addresses.get((index + 1) % addresses.size());
    }

    private static RuntimeException ended(Map<String, String> troubles, long timeoutMillis, boolean open) {
        String tried = "no controller carried this out within " + timeoutMillis + " ms; tried " + describe(troubles);
        return open
                ? new OutcomeUnknownException(tried + "; it may or may not take effect: query to see", null)
                : new UnavailableException(tried);
    }

    private static String describe(Map<String, String> troubles) {
        StringBuilder text = new StringBuilder();
        troubles.forEach((address, trouble) -> text.append(text.length() == 0 ? "" : ", ")
                .append(trouble.startsWith(address) ? trouble : address + ": " + trouble));
        return text.toString();
    }

    private static Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    /** One question to the controllers, and to those that they name as leader; the first configuration wins. */
    private final class ConfigQuestion {

        final CompletableFuture<ClusterConfig> answer = new CompletableFuture<>();
        private final long timeoutMillis;
        private final Set<String> asked = new HashSet<>();
        private final Map<String, String> troubles = new LinkedHashMap<>();

        ConfigQuestion(long timeoutMillis) {
            this.timeoutMillis = timeoutMillis;
        }

        /** Asks one, and all only if that is of no use: then the next question goes to all at once, too. */
        void askFirst(String address, long millis) {
            CompletableFuture<QueryReply> unused = query(address, millis).whenComplete((reply, error) -> {
                if (trouble(address, reply, error) != null) {
                    answering = null;
                    List<String> all = new ArrayList<>(addresses);
                    all.addAll(hint(reply));
                    ask(all);
                }
            });
        }

        void ask(List<String> some) {
            List<String> fresh = new ArrayList<>();
            synchronized (this) {
                some.stream().filter(asked::add).forEach(fresh::add);
            }
            for (String address : fresh) {
                CompletableFuture<QueryReply> unused =
                        query(address, timeoutMillis).whenComplete((reply, error) -> answered(address, reply, error));
            }
        }

        private CompletableFuture<QueryReply> query(String address, long millis) {
            QueryRequest latest = QueryRequest.newBuilder().setNum(-1).build();
            return unary.call(address, ControllerGrpc.getQueryMethod(), latest, millis);
        }

        private static List<String> hint(@Nullable QueryReply reply) {
            return reply == null || reply.getLeaderHint().isEmpty() ? List.of() : List.of(reply.getLeaderHint());
        }

        /** Returns what is wrong with what came back, null for nothing: then the question is answered. */
        private @Nullable String trouble(String address, @Nullable QueryReply reply, @Nullable Throwable error) {
            if (reply == null) {
                return reason(error);
            }
            if (reply.getCode() == StatusCode.OK) {
                try {
                    ClusterConfig config = ConfigWire.fromWire(reply.getConfig());
                    answering = address;
                    answer.complete(config);
                    return null;
                } catch (MalformedConfigException e) {
                    return String.valueOf(e.getMessage());
                }
            }
            return reply.getCode() + (reply.getMessage().isEmpty() ? "" : ": " + reply.getMessage());
        }

        private void answered(String address, @Nullable QueryReply reply, @Nullable Throwable error) {
            String trouble = trouble(address, reply, error);
            if (trouble == null) {
                return;
            }
            ask(hint(reply));
            synchronized (this) {
                troubles.put(address, trouble);
                if (troubles.size() == asked.size()) {
                    answer.completeExceptionally(
                            new UnavailableException("no controller knows the map: " + describe(troubles)));
                }
            }
        }
    }
}

package io.ostraka.it.scenarios;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.shardctrler.codec.CommandCodec;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.RequestId;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of the controllers, which makes one request at a time: it asks one controller after the other, the same
 * request by the same name, until it knows what has come of it. Its requests are carried on by virtual time.
 */
final class Clerk {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long ATTEMPT_MILLIS = 1_000;
    private static final long PAUSE_MILLIS = 30;

    private final ControllerScenario scenario;
    private final long name;
    private final Deque<Change> left = new ArrayDeque<>();
    private long requests;
    private long attempts;
    private int asked;
    private @Nullable ControllerResult answer;

    Clerk(ControllerScenario scenario, long name) {
        this.scenario = scenario;
        this.name = name;
    }

    ControllerResult change(Change change) {
        return command(named(change));
    }

    private ControllerCommand named(Change change) {
        return new Administer(new RequestId(name, ++requests), 0, change);
    }

    ControllerResult command(ControllerCommand command) {
        begin(command, () -> {});
        scenario.cluster().runUntil(() -> answer != null);
        ControllerResult result = answer;
        if (result == null) {
            throw new AssertionError("not answered");
        }
        return result;
    }

    /** Begins to make these changes, one after the other. */
    void beginAll(Change... changes) {
        left.addAll(Arrays.asList(changes));
        next();
    }

    boolean isDone() {
        return left.isEmpty() && answer != null;
    }

    private void next() {
        Change change = left.peek();
        if (change != null) {
            begin(named(change), () -> {
                if (answer instanceof ControllerResult.Refused refused) {
                    throw new AssertionError(change + " is refused: " + refused);
                }
                left.remove();
                next();
            });
        }
    }

    private void begin(ControllerCommand command, Runnable done) {
        answer = null;
        long deadlineNanos = scenario.cluster().nowNanos() + PATIENCE_NANOS;
        ask(CommandCodec.encode(command), deadlineNanos, done);
    }

    private void ask(Bytes command, long deadlineNanos, Runnable done) {
        if (scenario.cluster().nowNanos() > deadlineNanos) {
            throw new AssertionError("no controller has answered clerk " + name);
        }
        int controller = asked;
        long attempt = ++attempts;
        scenario.cluster().propose(controller, command, result -> {
            if (attempt != attempts) {
                return;
            }
            switch (result) {
                case ProposalResult.Applied<Long> applied -> {
                    attempts++;
                    answer = scenario.hosting()
                            .result(controller, applied.position().index());
                    done.run();
                }
                case ProposalResult.Refused<Long> refused -> askNext(command, deadlineNanos, done, PAUSE_MILLIS);
                case ProposalResult.Unknown<Long> unknown -> askNext(command, deadlineNanos, done, PAUSE_MILLIS);
            }
        });
        if (attempt == attempts) {
            scenario.cluster().afterMillis(ATTEMPT_MILLIS, () -> {
                if (attempt == attempts) {
                    askNext(command, deadlineNanos, done, 0);
                }
            });
        }
    }

    private void askNext(Bytes command, long deadlineNanos, Runnable done, long pauseMillis) {
        long attempt = ++attempts;
        asked = (asked + 1) % ControllerScenario.CONTROLLERS;
        scenario.cluster().afterMillis(pauseMillis, () -> {
            if (attempt == attempts) {
                ask(command, deadlineNanos, done);
            }
        });
    }
}

package io.ostraka.raft.testkit.scenario;

import static io.ostraka.raft.testkit.scenario.RaftScenario.require;

import io.ostraka.raft.core.Bytes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way to being agreed on, within 10 s: it is handed to one node after the other until one takes it; so
 * many nodes then have 2 s to apply it, before it is handed in again or, without a retry, has failed.
 */
@NullMarked
final class Agreement {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final RaftScenario scenario;
    private final Bytes command;
    private final int nodes;
    private final boolean retry;
    private final long deadlineNanos;
    private @Nullable Attempt attempt;
    private long attemptEndsNanos;
    private int asked;
    private boolean reached;

    private Agreement(RaftScenario scenario, Bytes command, int nodes, boolean retry) {
        this.scenario = scenario;
        this.command = command;
        this.nodes = nodes;
        this.retry = retry;
        this.deadlineNanos = scenario.nowNanos() + PATIENCE_NANOS;
    }

    static Agreement begin(RaftScenario scenario, Bytes command, int nodes, boolean retry) {
        Agreement begun = new Agreement(scenario, command, nodes, retry);
        begun.go();
        return begun;
    }

    boolean isReached() {
        return reached;
    }

    /** The ordinal that it was agreed on at. */
    long ordinal() {
        require(attempt != null && reached, command + " is not agreed on");
        return attempt == null ? 0 : attempt.ordinal();
    }

    private void go() {
        long now = scenario.nowNanos();
        Attempt current = attempt;
        if (current != null && current.isAccepted()) {
            if (scenario.isAgreed(current, nodes)) {
                reached = true;
                return;
            }
            if (now < attemptEndsNanos) {
                scenario.afterMillis(20, this::go);
                return;
            }
            require(retry, "no agreement on " + command + " by " + nodes + " nodes in time");
            attempt = null;
        }
        require(now < deadlineNanos, "no agreement on " + command + " by " + nodes + " nodes");
        ask();
    }

    /** Hands it to the next node, which has decided a moment later. */
    private void ask() {
        if (asked == scenario.size()) {
            asked = 0;
            scenario.afterMillis(50, this::go);
            return;
        }
        asked++;
        int node = scenario.nextToAsk();
        if (!scenario.isConnected(node)) {
            ask();
            return;
        }
        Attempt next = scenario.startLater(node, command);
        attempt = next;
        scenario.afterMillis(1, () -> {
            if (next.isAccepted()) {
                asked = 0;
                attemptEndsNanos = scenario.nowNanos() + ATTEMPT_NANOS;
            }
            go();
        });
    }
}

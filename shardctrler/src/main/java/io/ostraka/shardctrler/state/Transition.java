package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.shardctrler.command.ControllerResult;
import org.jspecify.annotations.Nullable;

/**
 * What a command does to the state.
 *
 * @param state the state after it; the very same object if nothing changed
 * @param result what the command is answered
 * @param delta what watchers are told; null: nothing. When the cluster is founded they are told the whole
 */
public record Transition(
        ControllerState state,
        ControllerResult result,
        @Nullable ConfigDelta delta) {

    /**
     * Whether the command is worth an entry of the log: it makes a revision, or records facts that followers do not
     * see. That a request needed no change is not worth one.
     */
    public boolean changes(ControllerState before) {
        return delta != null || (result instanceof ControllerResult.Done && !state.equals(before));
    }
}

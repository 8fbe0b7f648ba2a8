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
        @Nullable ConfigDelta delta) {}

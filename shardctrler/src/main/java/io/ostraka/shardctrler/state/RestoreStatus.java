package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.RestoreStage;
import java.util.List;
import java.util.Optional;

/**
 * How far a restore is, for people.
 *
 * @param waitsFor the groups that have not spoken of every shard yet
 * @param missing the shards whose token nobody has shown
 * @param unsettled how many shards their owner has not confirmed yet
 */
public record RestoreStatus(List<GroupRef> waitsFor, List<Integer> missing, int unsettled) {

    /** Copies the lists. */
    public RestoreStatus {
        waitsFor = List.copyOf(waitsFor);
        missing = List.copyOf(missing);
    }

    /** Of a state; nothing if no restore is under way. */
    public static Optional<RestoreStatus> of(ControllerState state) {
        if (state.config() == null || state.config().terms().stage() == RestoreStage.NONE) {
            return Optional.empty();
        }
        ConfigDraft draft = new ConfigDraft(state);
        return Optional.of(
                new RestoreStatus(Restores.waitsFor(draft), Restores.missing(draft), Restores.unsettled(draft)));
    }
}

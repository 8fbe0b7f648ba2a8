package io.ostraka.shardkv.shard;

import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ShardPlan;
import org.jspecify.annotations.Nullable;

/**
 * What a group no longer does of a hand-over once its own configuration says that the other group is gone or retired,
 * or that the shard is being recovered (DESIGN section 5, {@code shard recover}). So what a group tells the controller
 * from then on stays true: nothing comes from the dead group, nothing is frozen for it, and a copy that was frozen for
 * it is not deleted at its word, for it may be the only one left. Pure.
 */
public final class GonePeers {

    private GonePeers() {}

    /** Why a step is not heeded, or null if this is no reason against it. */
    public static @Nullable StepRefusal refusal(Command.HandOverStep step, GroupConfig config) {
        ShardPlan plan = config.plan(step.name().shard());
        GroupId source = step.name().source();
        GroupId importer = step.name().importer();
        return switch (step) {
            case Command.BeginImport ignored -> refusal(config, source, plan.isPending());
            case Command.BeginExport ignored -> refusal(config, importer, plan.isPending());
            case Command.Freeze ignored -> refusal(config, importer, false);
            case Command.ImportChunk ignored -> refusal(config, source, false);
            case Command.Activate ignored -> refusal(config, source, false);
            case Command.CleanUp cleanUp ->
                config.isAlive(importer) || isElsewhere(plan, cleanUp) ? null : StepRefusal.PEER_GONE;
            case Command.CancelExport ignored -> null;
            case Command.ForgetImport ignored -> null;
        };
    }

    private static @Nullable StepRefusal refusal(GroupConfig config, GroupId peer, boolean pending) {
        if (!config.isAlive(peer)) {
            return StepRefusal.PEER_GONE;
        }
        return pending ? StepRefusal.IN_RECOVERY : null;
    }

    /** Whether another group's log has the shard at the epoch that was frozen for the dead one, or a later one. */
    private static boolean isElsewhere(ShardPlan plan, Command.CleanUp cleanUp) {
        return plan.recovery() == ShardRecovery.NONE
                && plan.epoch() > cleanUp.name().epoch()
                && !cleanUp.name().source().equals(plan.owner());
    }
}

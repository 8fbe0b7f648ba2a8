package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardPlan;

/**
 * {@link Transitions} as they would be without one of their rules each, for searches that are to miss the rule. Used by
 * no code: a class loader of the tests puts them in place of the honest ones, by their names.
 */
final class WithoutRules {

    private WithoutRules() {}

    /** Without: only where no epoch was ever held. */
    static Transition createShard(ShardState state, ShardPlan plan, GroupId self) {
        return state instanceof ShardState.Absent && self.equals(plan.owner()) && plan.epoch() == 1
                ? Transition.keeping(new ShardState.Serving(1))
                : Transition.ignored(StepRefusal.OTHER_STATE);
    }

    /** Without: only from {@code ABSENT}. */
    static Transition beginImport(ShardState state, ShardPlan plan, GroupId self, ExportName name) {
        if (!name.importer().equals(self) || name.source().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (name.epoch() < Math.max(1, state.lastEpoch())) {
            return Transition.ignored(StepRefusal.EPOCH_PASSED);
        }
        if (!self.equals(plan.target()) || !name.source().equals(plan.owner()) || plan.epoch() != name.epoch()) {
            return Transition.ignored(StepRefusal.NOT_PLANNED);
        }
        return Transition.clearing(new ShardState.Importing(
                name.epoch(), name.exportId(), name.source(), state.lastEpoch(), ImportProgress.NONE));
    }

    /** Without: only from {@code ABSENT}; from {@code FROZEN}, too. */
    static final class FromFrozen {

        private FromFrozen() {}

        static Transition beginImport(ShardState state, ShardPlan plan, GroupId self, ExportName name) {
            return state instanceof ShardState.Absent || state instanceof ShardState.Frozen
                    ? WithoutRules.beginImport(state, plan, self, name)
                    : Transition.ignored(StepRefusal.OTHER_STATE);
        }
    }

    /** Without that, and from {@code FROZEN} also without: as its own configuration plans it, at no passed epoch. */
    static final class FromFrozenUnplanned {

        private FromFrozenUnplanned() {}

        static Transition beginImport(ShardState state, ShardPlan plan, GroupId self, ExportName name) {
            boolean unplanned = state instanceof ShardState.Frozen
                    && name.importer().equals(self)
                    && !name.source().equals(self);
            return unplanned
                    ? Transition.clearing(new ShardState.Importing(
                            name.epoch(), name.exportId(), name.source(), state.lastEpoch(), ImportProgress.NONE))
                    : FromFrozen.beginImport(state, plan, self, name);
        }
    }

    /** Without: the lowest revision among the base chunks; it is that of the last one. */
    static long min(long lowest, long latest) {
        return latest;
    }

    /** Without: only at the epoch that is named. */
    static Transition beginExport(ShardState state, ShardPlan plan, GroupId self, boolean cancelled, ExportName name) {
        if (!name.source().equals(self) || name.importer().equals(self)) {
            return Transition.ignored(StepRefusal.NOT_OURS);
        }
        if (cancelled) {
            return Transition.ignored(StepRefusal.CANCELLED);
        }
        if (state.isFrozenFor(name)) {
            return Transition.ignored(StepRefusal.FROZEN_FOR_IT);
        }
        if (!(state instanceof ShardState.Serving)) {
            return Transition.ignored(StepRefusal.OTHER_STATE);
        }
        if (!name.importer().equals(plan.target())) {
            return Transition.ignored(StepRefusal.NOT_PLANNED);
        }
        return Transition.keeping(new ShardState.Exporting(name.epoch(), name.exportId(), name.importer()));
    }

    /** Without: only in {@code FROZEN} of that export. */
    static Transition cleanUp(ShardState state, GroupId self, ExportName name) {
        return name.source().equals(self)
                ? Transition.clearing(new ShardState.Absent(state.lastEpoch()))
                : Transition.ignored(StepRefusal.NOT_OURS);
    }
}

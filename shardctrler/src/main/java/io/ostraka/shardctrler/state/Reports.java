package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.command.Claim;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ControllerResult.Done;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import io.ostraka.shardctrler.command.ControllerResult.Refused;
import io.ostraka.shardctrler.command.ControllerResult.Unchanged;
import io.ostraka.shardctrler.command.Created;
import io.ostraka.shardctrler.command.Hosted;
import io.ostraka.shardctrler.command.KnownGroups;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.state.ConfigDraft.Drafted;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What nodes and groups report, and which of it is news. */
public final class Reports {

    /** No shard changes hands so often; above it nothing could be added. */
    private static final long EPOCH_MAX = 1L << 62;

    private Reports() {}

    /**
     * The part of a report that would change something or be refused: what remains is worth an entry of the log. Nodes
     * and groups may therefore repeat their reports as often as they like.
     */
    public static Report news(ControllerState state, Report report) {
        ClusterConfig config = state.config();
        if (config == null) {
            return new Report(List.of(), List.of(), List.of());
        }
        if (config.terms().stage() != RestoreStage.NONE) {
            return report;
        }
        return new Report(
                report.created(),
                report.claims().stream().filter(claim -> isBirth(config, claim)).toList(),
                report.owners().stream()
                        .filter(owner -> isNewOwner(config, owner)
                                || settles(state, config, owner)
                                || confirms(config, owner)
                                || state.recoveries().waitsFor(owner))
                        .toList(),
                report.hosted(),
                KnownGroups.NONE);
    }

    static Transition apply(ControllerState state, ClusterConfig config, Report report) {
        ConfigDraft draft = new ConfigDraft(state);
        String refusal = null;
        for (Created created : report.created()) {
            String problem = create(draft, created);
            refusal = refusal == null ? problem : refusal;
        }
        Restores.hear(draft, report.known());
        for (Hosted hosted : report.hosted()) {
            String problem = Restores.takeUp(draft, hosted);
            refusal = refusal == null ? problem : refusal;
        }
        if (draft.stage() == RestoreStage.NONE) {
            for (Claim claim : report.claims()) {
                claim(draft, config, claim);
            }
        }
        for (OwnerReport owner : report.owners()) {
            hear(draft, config, owner);
        }
        Drafted drafted = draft.finish(Restores.advance(draft));
        return new Transition(drafted.state(), result(drafted, refusal), drafted.delta());
    }

    private static ControllerResult result(Drafted drafted, @Nullable String refusal) {
        ClusterConfig after = Transitions.configOf(drafted.state());
        if (refusal != null) {
            return new Refused(Reason.REJECTED, refusal);
        }
        return drafted.changed()
                ? new Done(after.num(), after.revision(), List.of(), "recorded")
                : new Unchanged(after.num(), after.revision(), "nothing of this is news");
    }

    /** A replica is recorded as created once; whoever asks again is told no. */
    private static @Nullable String create(ConfigDraft draft, Created created) {
        GroupRow row = draft.group(created.group());
        Optional<ReplicaRow> replica = row == null ? Optional.empty() : row.replica(created.replicaId());
        if (row == null || replica.isEmpty()) {
            return "group " + created.group() + " has no replica " + created.replicaId()
                    + "; follow the configuration before creating replicas";
        }
        if (replica.get().nodeId() != created.nodeId()) {
            return "replica " + created.replicaId() + " of group " + created.group() + " belongs to node "
                    + Long.toHexString(replica.get().nodeId()) + ", not to "
                    + Long.toHexString(created.nodeId()) + "; a directory that was lost cannot be made again: the"
                    + " group goes on with its other replicas";
        }
        if (replica.get().created()) {
            return "replica " + created.replicaId() + " of group " + created.group()
                    + " was created before and is never created again; if its directory was lost, the group"
                    + " goes on with its other replicas";
        }
        draft.created(row, replica.get());
        return null;
    }

    private static void claim(ConfigDraft draft, ClusterConfig config, Claim claim) {
        if (isBirth(config, claim) && draft.shard(claim.shard()).owner() == null) {
            draft.own(claim.shard(), claim.group(), 1);
        }
    }

    private static boolean isBirth(ClusterConfig config, Claim claim) {
        if (claim.shard() < 0 || claim.shard() >= config.shardCount()) {
            return false;
        }
        ShardRow row = config.shard(claim.shard());
        return row.owner() == null && claim.group().equals(row.target());
    }

    /** In a restore words count for what they say of tokens; in its first stage they do not change the table else. */
    private static void hear(ConfigDraft draft, ClusterConfig config, OwnerReport report) {
        if (draft.stage() != RestoreStage.HEARING) {
            own(draft, config, report);
        }
        if (draft.stage() != RestoreStage.NONE && isFromLivingGroup(config, report)) {
            Restores.hear(draft, report);
        }
    }

    private static void own(ConfigDraft draft, ClusterConfig config, OwnerReport report) {
        if (!isFromLivingGroup(config, report)) {
            return;
        }
        int shard = report.at().shard();
        if (report.holdsToken() && report.at().epoch() > draft.shard(shard).epoch()) {
            draft.own(shard, report.group(), report.at().epoch());
        }
        if (isRecordedOwner(draft.shard(shard), report)) {
            draft.settle(report);
        }
        if (confirms(draft.shard(shard), report)) {
            draft.endRecovery(shard);
        }
        draft.hear(report);
    }

    /** Whether the log of the owner that a recovery named has the shard now. */
    private static boolean confirms(ShardRow row, OwnerReport report) {
        return row.recovery().isNamed() && report.holdsToken() && isRecordedOwner(row, report);
    }

    private static boolean confirms(ClusterConfig config, OwnerReport report) {
        return isFromLivingGroup(config, report)
                && confirms(config.shard(report.at().shard()), report);
    }

    private static boolean isFromLivingGroup(ClusterConfig config, OwnerReport report) {
        int shard = report.at().shard();
        return shard >= 0
                && shard < config.shardCount()
                && report.at().epoch() <= EPOCH_MAX
                && config.isAlive(report.group());
    }

    private static boolean isNewOwner(ClusterConfig config, OwnerReport report) {
        return isFromLivingGroup(config, report)
                && report.holdsToken()
                && report.at().epoch() > config.shard(report.at().shard()).epoch();
    }

    private static boolean settles(ControllerState state, ClusterConfig config, OwnerReport report) {
        return isFromLivingGroup(config, report)
                && isRecordedOwner(config.shard(report.at().shard()), report)
                && state.settlements().settledBy(report);
    }

    private static boolean isRecordedOwner(ShardRow row, OwnerReport report) {
        return report.group().equals(row.owner()) && row.epoch() == report.at().epoch();
    }
}

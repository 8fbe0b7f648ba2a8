package io.ostraka.shardctrler.state;

import static io.ostraka.shardctrler.state.PlannedChange.invalid;
import static io.ostraka.shardctrler.state.PlannedChange.rejected;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Change.Leave;
import io.ostraka.shardctrler.command.Change.Move;
import io.ostraka.shardctrler.command.Change.Undo;
import io.ostraka.shardctrler.command.Change.Unpin;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks and plans what an administrator asks for, on a draft of the next revision. */
final class ChangePlanner {

    private ChangePlanner() {}

    static PlannedChange plan(ConfigDraft draft, MapHistory history, Change change) {
        if (draft.stage() != RestoreStage.NONE && !(change instanceof Change.Resume)) {
            return rejected("the controllers were restored from a backup and plan nothing before all groups have said"
                    + " what they hold; 'ostraka query' shows who is missing");
        }
        return switch (change) {
            case Change.Join join -> JoinPlanner.plan(draft, join);
            case Leave leave -> leave(draft, leave);
            case Move move -> move(draft, move);
            case Unpin unpin -> unpin(draft, unpin);
            case Undo undo -> undo(draft, history, undo);
            case Change.Recover recover -> RecoveryPlanner.recover(draft, recover);
            case Change.Forget forget -> RecoveryPlanner.forget(draft, forget);
            case Change.Resume resume -> Restores.resume(draft, resume.dead());
        };
    }

    private static PlannedChange leave(ConfigDraft draft, Leave leave) {
        ClusterConfig before = draft.before();
        if (leave.gids().isEmpty()) {
            return invalid("the leave names no group; name at least one gid");
        }
        Set<Long> seen = new HashSet<>();
        TreeSet<GroupRef> leaving = new TreeSet<>();
        for (long gid : leave.gids()) {
            if (gid <= 0) {
                return invalid("group " + gid + " cannot leave; a gid is a positive number");
            }
            if (!seen.add(gid)) {
                return invalid("group " + gid + " is named twice in one leave; name it once");
            }
            Optional<GroupRow> row = before.group(gid);
            if (row.isEmpty()) {
                return rejected("there is no group " + gid + " that could leave; 'ostraka query' lists the groups");
            }
            if (row.get().retired()) {
                return rejected("group " + gid + " was given up for dead and has nothing to give away");
            }
            if (!row.get().leaving()) {
                leaving.add(row.get().ref());
                draft.put(row.get().withLeaving(true));
            }
        }
        String names = leave.gids().stream().map(String::valueOf).collect(Collectors.joining(", "));
        if (leaving.isEmpty()) {
            return new PlannedChange.Needless("group " + names + " is leaving already; nothing to change");
        }
        for (int shard = 0; shard < before.shardCount(); shard++) {
            GroupRef planned = before.desired(shard);
            if (planned != null && leaving.contains(planned)) {
                draft.pin(shard, false);
                draft.plan(shard, null);
            }
        }
        draft.rebalance();
        return new PlannedChange.Planned(
                true,
                hasMembers(draft)
                        ? "group " + names + " is leaving; it goes once it has given away what it holds"
                        : "group " + names + " is leaving, the last one: no shard is planned to any group, and what is"
                                + " stored stays where it is until a group joins");
    }

    private static boolean hasMembers(ConfigDraft draft) {
        return draft.desired(0) != null;
    }

    private static PlannedChange move(ConfigDraft draft, Move move) {
        ClusterConfig before = draft.before();
        if (move.shard() < 0 || move.shard() >= before.shardCount()) {
            return invalid(noSuchShard(before, move.shard()));
        }
        if (move.gid() <= 0) {
            return invalid("group " + move.gid() + " cannot take a shard; a gid is a positive number");
        }
        Optional<GroupRow> row = before.group(move.gid());
        if (row.isEmpty()) {
            return rejected("there is no group " + move.gid() + " to move shard " + move.shard()
                    + " to; join it first, or name one that 'ostraka query' lists");
        }
        if (row.get().retired()) {
            return rejected("group " + move.gid() + " was given up for dead and takes no shard; name another");
        }
        if (row.get().leaving()) {
            return rejected("group " + move.gid() + " is leaving and takes no shard; name another, or join "
                    + move.gid() + " again to cancel its leave");
        }
        GroupRef to = row.get().ref();
        if (to.equals(before.desired(move.shard()))) {
            return new PlannedChange.Needless(
                    "shard " + move.shard() + " is planned to group " + move.gid() + " already; nothing to change");
        }
        draft.plan(move.shard(), to);
        draft.pin(move.shard(), true);
        return new PlannedChange.Planned(
                true, "shard " + move.shard() + " is planned to group " + move.gid() + " and pinned there");
    }

    private static PlannedChange unpin(ConfigDraft draft, Unpin unpin) {
        ClusterConfig before = draft.before();
        if (unpin.shards().isEmpty()) {
            return invalid("the unpin names no shard; name at least one");
        }
        Set<Integer> unpinned = new TreeSet<>();
        for (int shard : unpin.shards()) {
            if (shard < 0 || shard >= before.shardCount()) {
                return invalid(noSuchShard(before, shard));
            }
            if (before.shard(shard).pinned()) {
                unpinned.add(shard);
                draft.pin(shard, false);
            }
        }
        return unpinned.isEmpty()
                ? new PlannedChange.Needless("none of these shards is pinned; nothing to change")
                : new PlannedChange.Planned(
                        false, "unpinned " + unpinned.size() + " shards; the next join or leave balances them");
    }

    private static String noSuchShard(ClusterConfig config, int shard) {
        return "there is no shard " + Integer.toUnsignedString(shard) + "; shards go from 0 to "
                + (config.shardCount() - 1);
    }

    private static PlannedChange undo(ConfigDraft draft, MapHistory history, Undo undo) {
        ClusterConfig before = draft.before();
        if (undo.toNum() < 0 || undo.toNum() > before.num()) {
            return invalid(
                    "there is no configuration " + undo.toNum() + " to go back to; they go from 0 to " + before.num());
        }
        Optional<ClusterConfig> then = history.at(undo.toNum(), before);
        if (then.isEmpty()) {
            return invalid("configuration " + undo.toNum() + " is not known any more: the controllers were restored"
                    + " from a backup since");
        }
        List<ShardRow> old = then.get().shards();
        boolean differs = false;
        for (ShardRow was : old) {
            GroupRef planned = was.target();
            if (planned == null) {
                return rejected("configuration " + undo.toNum() + " plans shard " + was.shard()
                        + " to no group; to take all shards from the groups, let them leave");
            }
            Optional<GroupRow> row = before.group(planned.gid());
            if (row.isEmpty() || !row.get().isMember()) {
                return rejected("configuration " + undo.toNum() + " plans shard " + was.shard() + " to group "
                        + planned.gid() + ", which "
                        + (row.isEmpty() || row.get().retired() ? "is gone" : "is leaving")
                        + "; join it again first, or go back to a later configuration");
            }
            GroupRef to = row.get().ref();
            if (!Objects.equals(to, before.desired(was.shard()))) {
                differs = true;
                draft.plan(was.shard(), to);
                draft.pin(was.shard(), false);
            }
        }
        return differs
                ? new PlannedChange.Planned(true, "planned the way back to configuration " + undo.toNum())
                : new PlannedChange.Needless(
                        "every shard is planned as in configuration " + undo.toNum() + " already; nothing to change");
    }
}

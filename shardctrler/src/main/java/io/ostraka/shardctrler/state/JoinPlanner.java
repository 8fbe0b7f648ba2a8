package io.ostraka.shardctrler.state;

import static io.ostraka.shardctrler.state.PlannedChange.invalid;
import static io.ostraka.shardctrler.state.PlannedChange.rejected;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.HostPort;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.shardctrler.command.Change.Join;
import io.ostraka.shardctrler.command.Change.JoiningGroup;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks and plans a Join: new groups get their replicas, leaving ones stay, then all is balanced. */
final class JoinPlanner {

    /** Most groups in a cluster. */
    static final int GROUPS_MAX = 1_024;

    /** Most replicas of a group. */
    static final int REPLICAS_MAX = 15;

    /** Highest weight of a group. */
    static final int WEIGHT_MAX = 1_000;

    private final ConfigDraft draft;
    private final ClusterConfig before;
    private final Map<String, NodeRow> nodesByAddress = new HashMap<>();

    private JoinPlanner(ConfigDraft draft) {
        this.draft = draft;
        before = draft.before();
        before.nodes().values().forEach(node -> nodesByAddress.put(node.address(), node));
    }

    static PlannedChange plan(ConfigDraft draft, Join join) {
        return new JoinPlanner(draft).plan(join);
    }

    private PlannedChange plan(Join join) {
        if (join.groups().isEmpty()) {
            return invalid("the join names no group; name at least one as GID=HOST:PORT,...");
        }
        Set<Long> gids = new HashSet<>();
        for (JoiningGroup group : join.groups()) {
            PlannedChange.Rejected problem = gids.add(group.gid())
                    ? problemOf(group)
                    : new PlannedChange.Rejected(
                            Reason.INVALID, "group " + group.gid() + " is named twice in one join; name it once");
            if (problem != null) {
                return problem;
            }
        }
        long added = join.groups().stream()
                .filter(group -> before.group(group.gid()).isEmpty())
                .count();
        if (before.groups().size() + added > GROUPS_MAX) {
            return rejected("the cluster would have more than " + GROUPS_MAX + " groups; let groups leave first");
        }
        join.groups().forEach(this::join);
        draft.rebalance();
        String names =
                join.groups().stream().map(group -> String.valueOf(group.gid())).collect(Collectors.joining(", "));
        return new PlannedChange.Planned(true, "joined group " + names);
    }

    private PlannedChange.@Nullable Rejected problemOf(JoiningGroup group) {
        String invalid = formProblemOf(group);
        if (invalid != null) {
            return new PlannedChange.Rejected(Reason.INVALID, invalid);
        }
        Optional<GroupRow> known = before.group(group.gid());
        String rejected = known.isPresent() ? rejoinProblemOf(group, known.get()) : nodeProblemOf(group);
        return rejected == null ? null : new PlannedChange.Rejected(Reason.REJECTED, rejected);
    }

    /** What is wrong with a group whatever the state is. */
    private @Nullable String formProblemOf(JoiningGroup group) {
        if (group.gid() <= 0) {
            return "group " + group.gid() + " cannot be joined; a gid is a positive number";
        }
        if (group.weight() < 0 || group.weight() > WEIGHT_MAX) {
            return "group " + group.gid() + " has weight " + group.weight() + "; give one from 1 to " + WEIGHT_MAX;
        }
        if (group.addresses().size() > REPLICAS_MAX) {
            return "group " + group.gid() + " has " + group.addresses().size() + " addresses; at most " + REPLICAS_MAX
                    + " replicas are allowed";
        }
        Set<String> seen = new HashSet<>();
        for (String address : group.addresses()) {
            String problem = HostPort.problemOf(address);
            if (problem != null) {
                return "group " + group.gid() + ": " + problem;
            }
            if (!seen.add(address)) {
                return "group " + group.gid() + " names address " + address
                        + " twice; a node holds at most one replica of a group";
            }
        }
        return null;
    }

    private @Nullable String rejoinProblemOf(JoiningGroup group, GroupRow known) {
        if (known.retired()) {
            return "group " + group.gid() + " was given up for dead; join another gid, or forget it first";
        }
        if (!known.leaving()) {
            return "group " + group.gid() + " has joined already; let it leave first, or join another gid";
        }
        Set<Long> nodes = new HashSet<>();
        for (String address : group.addresses()) {
            NodeRow node = nodesByAddress.get(address);
            nodes.add(node == null ? 0 : node.nodeId());
        }
        Set<Long> own = known.replicas().stream().map(ReplicaRow::nodeId).collect(Collectors.toSet());
        return group.addresses().isEmpty() || nodes.equals(own)
                ? null
                : "group " + group.gid() + " is still leaving, with its replicas on " + addressesOf(known)
                        + "; join it with these to cancel the leave, or wait until it is gone";
    }

    private String addressesOf(GroupRow row) {
        return row.replicas().stream()
                .map(replica -> before.addressOf(replica.nodeId()).orElse("a node without address"))
                .collect(Collectors.joining(","));
    }

    private @Nullable String nodeProblemOf(JoiningGroup group) {
        if (group.addresses().isEmpty()) {
            return "group " + group.gid() + " has no addresses; name the nodes that are to hold its replicas";
        }
        for (String address : group.addresses()) {
            if (!nodesByAddress.containsKey(address)) {
                return "group " + group.gid() + ": no node has registered at " + address
                        + "; start a server there, or name one that 'ostraka status' lists";
            }
        }
        return null;
    }

    private void join(JoiningGroup group) {
        Optional<GroupRow> known = before.group(group.gid());
        if (known.isPresent()) {
            draft.put(known.get().withLeaving(false));
            return;
        }
        long next = draft.registry().nextReplicaId();
        List<ReplicaRow> replicas = new ArrayList<>();
        for (String address : group.addresses()) {
            NodeRow node = nodesByAddress.get(address);
            if (node == null) {
                throw new IllegalStateException("address " + address + " was checked before");
            }
            replicas.add(new ReplicaRow(next++, node.nodeId(), false, false));
        }
        draft.registry(draft.registry().withNextReplicaId(next));
        GroupRef ref = new GroupRef(group.gid(), before.num() + 1);
        draft.put(new GroupRow(ref, false, Math.max(1, group.weight()), replicas));
    }
}

package io.ostraka.cli;

import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.ClusterStatus.Answer;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A cluster's status for people: summed up, or all of it. */
final class StatusTables {

    private final ClusterStatus status;
    private final PrintStream out;

    StatusTables(ClusterStatus status, PrintStream out) {
        this.status = status;
        this.out = out;
    }

    /** Prints a line a controller, a node and a group, and what is not as it should be. */
    void printSummary() {
        StatusSummary summary = StatusSummary.of(status);
        printProcesses();
        out.println();
        Table groups =
                new Table("GROUP", "LEADER", "TERM", "COMMIT", "APPLIED", "LAG", "REPLICAS", "SHARDS", "KEYS", "BYTES");
        summary.groups().forEach(group -> add(group, groups));
        groups.print(out);
        if (!summary.unwell().isEmpty()) {
            out.println();
            Table unwell = new Table("GROUP", "NODE", "ROLE", "TERM", "COMMIT", "APPLIED", "TROUBLE");
            summary.unwell().forEach(replica -> add(replica, unwell));
            unwell.print(out);
        }
        if (!summary.shards().isEmpty()) {
            out.println();
            out.println(counts(summary));
        }
        if (!summary.notable().isEmpty()) {
            Table notable = shardTable();
            summary.notable().forEach(held -> add(held, notable));
            notable.print(out);
        }
    }

    private static void add(StatusSummary.GroupLine group, Table table) {
        ClusterStatus.Raft raft = group.raft();
        StatusSummary.Served served = group.served();
        table.row(
                group.gid(),
                group.leader() == null ? "none" : group.leader(),
                raft == null ? "-" : raft.term(),
                raft == null ? "-" : raft.commitIndex(),
                raft == null ? "-" : raft.appliedIndex(),
                raft == null ? "-" : group.lag(),
                group.replicas().well() + "/" + group.replicas().all(),
                served == null ? "-" : served.shards(),
                served == null ? "-" : served.keys(),
                served == null ? "-" : served.bytes());
    }

    private static void add(StatusSummary.ReplicaLine replica, Table table) {
        ClusterStatus.Raft raft = replica.raft();
        table.row(
                replica.gid(),
                replica.address().isEmpty() ? "-" : replica.address(),
                replica.condition(),
                raft == null ? "-" : raft.term(),
                raft == null ? "-" : raft.commitIndex(),
                raft == null ? "-" : raft.appliedIndex(),
                replica.trouble());
    }

    private static void add(StatusSummary.Held held, Table table) {
        switch (held) {
            case StatusSummary.Held.ByLeader one -> add(one.shard(), one.gid(), one.address(), table);
            case StatusSummary.Held.ByNobody some ->
                table.row(
                        some.from() == some.to() ? some.from() : some.from() + "-" + some.to(),
                        InspectCommands.gid(some.ownerGid()),
                        "-",
                        StatusSummary.Standing.NOT_SERVED.word(),
                        "-",
                        "-",
                        "-",
                        InspectCommands.gid(some.targetGid()));
        }
    }

    private static String counts(StatusSummary summary) {
        long all = summary.shards().values().stream().mapToLong(count -> count).sum();
        return all + " shards: "
                + summary.shards().entrySet().stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey().word())
                        .collect(Collectors.joining(", "));
    }

    /** Prints every controller, node, replica, and shard of a replica. */
    void printAll() {
        printProcesses();
        out.println();
        Table replicas = new Table("GROUP", "NODE", "ROLE", "TERM", "COMMIT", "APPLIED", "SHARDS", "KEYS", "BYTES");
        Table held = shardTable();
        for (Answer<ClusterStatus.Node> answer : byAddress(status.nodes())) {
            answer.answer().ifPresent(node -> add(node, replicas, held));
        }
        replicas.print(out);
        out.println();
        held.print(out);
    }

    private static void add(ClusterStatus.Node node, Table replicas, Table held) {
        for (ClusterStatus.Replica replica : node.replicas()) {
            ClusterStatus.Raft raft = replica.raft();
            List<ClusterStatus.Shard> shards = replica.shards();
            replicas.row(
                    replica.gid(),
                    node.address(),
                    replica.trouble().isEmpty() ? raft.role() : raft.role() + ": " + replica.trouble(),
                    raft.term(),
                    raft.commitIndex(),
                    raft.appliedIndex(),
                    shards.isEmpty() ? "-" : shards.size(),
                    shards.isEmpty() ? "-" : sum(shards, true),
                    shards.isEmpty() ? "-" : sum(shards, false));
            shards.forEach(shard -> add(shard, replica.gid(), node.address(), held));
        }
    }

    private static long sum(List<ClusterStatus.Shard> shards, boolean keys) {
        return shards.stream()
                .mapToLong(shard -> keys ? shard.keys() : shard.bytes())
                .sum();
    }

    private static Table shardTable() {
        return new Table("SHARD", "GROUP", "NODE", "STATE", "EPOCH", "KEYS", "BYTES", "PEER");
    }

    private static void add(ClusterStatus.Shard shard, long gid, String address, Table table) {
        table.row(
                shard.shard(),
                gid,
                address,
                shard.state(),
                shard.epoch(),
                shard.keys(),
                shard.bytes(),
                InspectCommands.gid(shard.peerGid()));
    }

    private void printProcesses() {
        Table controllers = new Table("CONTROLLER", "ROLE", "TERM", "COMMIT", "APPLIED", "CONFIG");
        for (Answer<ClusterStatus.Controller> answer : status.controllers()) {
            add(answer.address(), answer.answer().orElse(null), controllers);
        }
        controllers.print(out);
        out.println();
        Table nodes = new Table("NODE", "VERSION", "UP", "RESIDENT", "STORE", "LOG", "REPLICAS");
        for (Answer<ClusterStatus.Node> answer : byAddress(status.nodes())) {
            add(answer.address(), answer.answer().orElse(null), nodes);
        }
        nodes.print(out);
    }

    private static void add(String address, ClusterStatus.@Nullable Controller controller, Table table) {
        if (controller == null) {
            table.row(address, "no answer", "-", "-", "-", "-");
            return;
        }
        ClusterStatus.Raft raft = controller.raft();
        table.row(
                address,
                controller.initialised() ? raft.role() : "not initialised",
                raft.term(),
                raft.commitIndex(),
                raft.appliedIndex(),
                controller.num() + "/" + controller.revision());
    }

    private static void add(String address, ClusterStatus.@Nullable Node node, Table table) {
        if (node == null) {
            table.row(address, "no answer", "-", "-", "-", "-", "-");
            return;
        }
        ClusterStatus.Usage usage = node.usage();
        table.row(
                node.address(),
                node.version().isEmpty() ? "-" : node.version(),
                usage.uptimeMillis() / 1_000 + " s",
                mebibytes(usage.residentBytes()),
                mebibytes(usage.storeBytes()),
                mebibytes(usage.logBytes()),
                node.replicas().size());
    }

    /** In the order in which people count: the map has the nodes in the order of their random ids. */
    private static <T> List<Answer<T>> byAddress(List<Answer<T>> answers) {
        return answers.stream()
                .sorted(Comparator.<Answer<T>>comparingInt(
                                answer -> answer.address().length())
                        .thenComparing(Answer::address))
                .toList();
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}

package io.ostraka.cli;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.ClusterStatus.Answer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that show how things are. */
final class InspectCommands {

    private InspectCommands() {}

    @Command(name = "query", description = "Show a configuration: which group should hold each shard.")
    static final class Query extends ClientCommand {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "NUM",
                description = "Number of the configuration; the latest if not given.")
        private long num = -1;

        Query(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            try (OstrakaAdmin admin = cluster.admin(console)) {
                ClusterMap map = admin.query(num);
                if (cluster.json()) {
                    console.out().println(InspectJson.map(map).write());
                    return ExitCode.OK;
                }
                console.out()
                        .println("configuration " + map.num() + ", revision " + map.revision() + ", "
                                + map.shards().size() + " shards, " + map.shardsOnTheirWay() + " on their way");
                Map<Long, Long> held = map.shards().stream()
                        .collect(Collectors.groupingBy(
                                ClusterMap.Shard::desiredGid, TreeMap::new, Collectors.counting()));
                Table table = new Table("GROUP", "SHARDS", "STATE", "NODES");
                for (ClusterMap.Group group : map.groups()) {
                    String nodes = group.replicas().stream()
                            .map(replica -> replica.address() + (replica.lost() ? " (lost)" : ""))
                            .collect(Collectors.joining(", "));
                    table.row(
                            group.gid(),
                            held.getOrDefault(group.gid(), 0L),
                            group.retired() ? "retired" : group.leaving() ? "leaving" : "member",
                            nodes);
                }
                if (held.containsKey(0L)) {
                    table.row("-", held.get(0L), "nobody", "");
                }
                table.print(console.out());
                return ExitCode.OK;
            }
        }
    }

    @Command(name = "list", description = "List every shard: who holds it, who should.")
    static final class ShardList extends ClientCommand {
        ShardList(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            try (OstrakaAdmin admin = cluster.admin(console)) {
                ClusterMap map = admin.query();
                Table table = new Table("SHARD", "OWNER", "EPOCH", "TARGET", "PINNED", "RECOVERY");
                map.shards()
                        .forEach(shard -> table.row(
                                shard.shard(),
                                gid(shard.ownerGid()),
                                shard.epoch(),
                                gid(shard.targetGid()),
                                shard.pinned() ? "pinned" : "-",
                                recovery(shard.recovery())));
                print(new Json.Arr(map.shards().stream().map(InspectJson::shard).toList()), table);
                return ExitCode.OK;
            }
        }
    }

    /** What a shard waits for, or how it last went on. */
    private static String recovery(ClusterMap.Recovery recovery) {
        ClusterMap.WentOn last = recovery.last();
        return switch (recovery.progress()) {
            case PENDING -> "waits for " + InspectJson.gids(recovery.waitsForGids());
            case NAMED -> (last == null ? "goes on" : describe(last)) + ", not yet served";
            case NONE -> last == null ? "-" : describe(last);
        };
    }

    private static String describe(ClusterMap.WentOn last) {
        return switch (last.source()) {
            case OWNER -> "kept by " + last.gid();
            case FROZEN_COPY -> "copy of " + last.gid() + " at epoch " + last.epoch();
            case EMPTY -> "empty at epoch " + last.epoch();
        };
    }

    @Command(name = "status", description = "Show how controllers, nodes, replicas and shards are.")
    static final class Status extends ClientCommand {
        @Option(names = "--shards", description = "List each replica's shards, too.")
        private boolean shards;

        Status(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            try (OstrakaAdmin admin = cluster.admin(console)) {
                ClusterStatus status = admin.status(true);
                if (cluster.json()) {
                    console.out().println(InspectJson.status(status).write());
                } else {
                    print(status);
                }
                boolean somebody = status.controllers().stream()
                        .anyMatch(answer -> answer.answer().isPresent());
                if (!somebody) {
                    console.err().println("No controller answers: " + troubles(status.controllers()));
                }
                return somebody ? ExitCode.OK : ExitCode.UNAVAILABLE;
            }
        }

        private void print(ClusterStatus status) {
            Table controllers = new Table("CONTROLLER", "ROLE", "TERM", "COMMIT", "APPLIED", "CONFIG");
            for (Answer<ClusterStatus.Controller> answer : status.controllers()) {
                answer.answer()
                        .ifPresentOrElse(
                                controller -> controllers.row(
                                        answer.address(),
                                        controller.initialised()
                                                ? controller.raft().role()
                                                : "not initialised",
                                        controller.raft().term(),
                                        controller.raft().commitIndex(),
                                        controller.raft().appliedIndex(),
                                        controller.num() + "/" + controller.revision()),
                                () -> controllers.row(answer.address(), "no answer", "-", "-", "-", "-"));
            }
            controllers.print(console.out());
            console.out().println();
            Table nodes = new Table("NODE", "VERSION", "UP", "RESIDENT", "STORE", "LOG", "REPLICAS");
            Table replicas = new Table("GROUP", "NODE", "ROLE", "TERM", "COMMIT", "APPLIED", "SHARDS", "KEYS", "BYTES");
            Table held = new Table("SHARD", "GROUP", "NODE", "STATE", "EPOCH", "KEYS", "BYTES", "PEER");
            for (Answer<ClusterStatus.Node> answer : byAddress(status.nodes())) {
                answer.answer()
                        .ifPresentOrElse(
                                node -> node(node, nodes, replicas, held),
                                () -> nodes.row(answer.address(), "no answer", "-", "-", "-", "-", "-"));
            }
            nodes.print(console.out());
            console.out().println();
            replicas.print(console.out());
            if (shards) {
                console.out().println();
                held.print(console.out());
            }
        }

        /** In the order in which people count: the map has the nodes in the order of their random ids. */
        private static <T> List<Answer<T>> byAddress(List<Answer<T>> answers) {
            return answers.stream()
                    .sorted(Comparator.<Answer<T>>comparingInt(
                                    answer -> answer.address().length())
                            .thenComparing(Answer::address))
                    .toList();
        }

        private static void node(ClusterStatus.Node node, Table nodes, Table replicas, Table held) {
            ClusterStatus.Usage usage = node.usage();
            nodes.row(
                    node.address(),
                    node.version().isEmpty() ? "-" : node.version(),
                    usage.uptimeMillis() / 1_000 + " s",
                    mebibytes(usage.residentBytes()),
                    mebibytes(usage.storeBytes()),
                    mebibytes(usage.logBytes()),
                    node.replicas().size());
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
                shards.forEach(shard -> held.row(
                        shard.shard(),
                        replica.gid(),
                        node.address(),
                        shard.state(),
                        shard.epoch(),
                        shard.keys(),
                        shard.bytes(),
                        gid(shard.peerGid())));
            }
        }

        private static long sum(List<ClusterStatus.Shard> shards, boolean keys) {
            return shards.stream()
                    .mapToLong(shard -> keys ? shard.keys() : shard.bytes())
                    .sum();
        }
    }

    private static <T> String troubles(List<Answer<T>> answers) {
        return answers.stream().map(Answer::trouble).collect(Collectors.joining("; "));
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    static String gid(long gid) {
        return gid == 0 ? "-" : Long.toString(gid);
    }
}

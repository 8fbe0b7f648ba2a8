package io.ostraka.cli;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.ClusterStatus.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
                restore(map.restore()).ifPresent(console.out()::println);
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

    /** How far a restore of the controllers is, if one is under way. */
    private static Optional<String> restore(ClusterMap.Restore restore) {
        return switch (restore.stage()) {
            case NONE -> Optional.empty();
            case HEARING ->
                Optional.of("restoring: asking what became of the cluster since the backup; " + waiting(restore));
            case SETTLING ->
                Optional.of("restoring: " + restore.unsettledShards() + " shards to be confirmed; " + waiting(restore));
        };
    }

    private static String waiting(ClusterMap.Restore restore) {
        String groups = restore.waitsForGids().isEmpty()
                ? "every known group has spoken"
                : "waits for group "
                        + restore.waitsForGids().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return restore.missingShards().isEmpty()
                ? groups
                : groups + "; " + restore.missingShards().size() + " shards are with none of those that spoke";
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

    @Command(name = "status", description = "Show how controllers, nodes, groups and shards are.")
    static final class Status extends ClientCommand {
        @Option(
                names = "--all",
                description = "List every replica, and every shard of each, instead of a line a group and what is not"
                        + " as it should be.")
        private boolean all;

        Status(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            try (OstrakaAdmin admin = cluster.admin(console)) {
                ClusterStatus status = admin.status(true);
                if (cluster.json()) {
                    console.out().println(InspectJson.status(status).write());
                } else if (all) {
                    new StatusTables(status, console.out()).printAll();
                } else {
                    new StatusTables(status, console.out()).printSummary();
                }
                boolean somebody = status.controllers().stream()
                        .anyMatch(answer -> answer.answer().isPresent());
                if (!somebody) {
                    console.err().println("No controller answers: " + troubles(status.controllers()));
                }
                return somebody ? ExitCode.OK : ExitCode.UNAVAILABLE;
            }
        }
    }

    private static <T> String troubles(List<Answer<T>> answers) {
        return answers.stream().map(Answer::trouble).collect(Collectors.joining("; "));
    }

    static String gid(long gid) {
        return gid == 0 ? "-" : Long.toString(gid);
    }
}

package io.ostraka.cli;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.RecoveryPlan;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for groups that died for good. */
final class RecoveryCommands {

    private RecoveryCommands() {}

    @Command(
            name = "recover",
            description = {
                "Let shards go on whose group died for good: from a frozen copy where there is one, else empty.",
                "Shows what may be lost and changes nothing, unless --unsafe and --yes are given.",
                "Stop every node of the group first: one that runs and reaches no controller may go on serving."
            })
    static final class Recover extends UnsafeCommand<RecoveryPlan> {

        @ArgGroup(multiplicity = "1")
        private Dead dead = new Dead();

        @Option(
                names = "--to",
                paramLabel = "GID",
                description = "Where shards go on of which nothing is left (default: as balancing says).")
        private long to;

        /** Either a shard or a group. */
        private static final class Dead {
            @Parameters(
                    index = "0",
                    paramLabel = "SHARD",
                    description = "A shard: give up the group that it waits for.")
            private @Nullable Integer shard;

            @Option(names = "--group", paramLabel = "GID", description = "The group to give up.")
            private @Nullable Long gid;
        }

        Recover(Console console) {
            super(console);
        }

        @Override
        boolean changes(RecoveryPlan plan) {
            return plan.changed();
        }

        @Override
        String message(RecoveryPlan plan) {
            return plan.message();
        }

        @Override
        Change carryOut(OstrakaAdmin admin, RecoveryPlan plan) {
            return admin.recoverUnsafe(plan);
        }

        @Override
        RecoveryPlan plan(OstrakaAdmin admin) {
            return dead.shard != null
                    ? admin.planRecoveryOfShard(dead.shard, to)
                    : admin.planRecovery(dead.gid == null ? 0 : dead.gid, to);
        }

        @Override
        void report(RecoveryPlan plan, String message, boolean applied) {
            if (cluster.json()) {
                console.out()
                        .println(Json.Obj.empty()
                                .with("applied", applied)
                                .with("changed", plan.changed())
                                .with("message", message)
                                .with("num", plan.num())
                                .with("revision", plan.revision())
                                .with("group", plan.group().gid())
                                .with("incarnation", plan.group().incarnation())
                                .with(
                                        "recoveries",
                                        new Json.Arr(plan.shards().stream()
                                                .map(Recover::json)
                                                .toList()))
                                .write());
                return;
            }
            table(plan.shards(), console.out());
            if (!plan.changed()) {
                console.out().println("Nothing to change: " + message);
            } else if (applied) {
                console.out().println(message);
            } else {
                console.out()
                        .println("Would give up group " + plan.group().gid() + ", planned on configuration "
                                + plan.num() + ", revision " + plan.revision() + ".");
            }
        }

        private static void table(List<RecoveryPlan.Shard> shards, PrintStream out) {
            if (shards.isEmpty()) {
                return;
            }
            Table table = new Table("SHARD", "LAST OWNER", "EPOCH", "ASKED", "GOES ON AT", "FROM", "MAY BE LOST");
            shards.forEach(shard -> table.row(
                    shard.shard(),
                    InspectCommands.gid(shard.lastOwnerGid()),
                    shard.epoch(),
                    shard.askedGids().isEmpty()
                            ? "-"
                            : shard.askedGids().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                    InspectCommands.gid(shard.goesOnAtGid()),
                    name(shard.source()),
                    shard.loss()));
            table.print(out);
        }

        private static Json json(RecoveryPlan.Shard shard) {
            return Json.Obj.empty()
                    .with("shard", shard.shard())
                    .with("lastOwner", shard.lastOwnerGid())
                    .with("epoch", shard.epoch())
                    .with(
                            "asked",
                            new Json.Arr(shard.askedGids().stream()
                                    .map(gid -> new Json.Num(Long.toString(gid)))
                                    .toList()))
                    .with("goesOnAt", shard.goesOnAtGid())
                    .with("source", name(shard.source()))
                    .with("loss", shard.loss());
        }

        private static String name(RecoveryPlan.Source source) {
            return source.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Command(name = "forget", description = "Drop a group that was given up, and what its nodes still have of it.")
    static final class Forget extends ChangeCommand {
        @Parameters(index = "0", paramLabel = "GID", description = "Number of the group.")
        private long gid;

        Forget(Console console) {
            super(console);
        }

        @Override
        Change change(OstrakaAdmin admin, ChangeMode mode) {
            return admin.forget(gid, mode);
        }
    }
}

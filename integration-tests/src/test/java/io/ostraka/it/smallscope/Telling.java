package io.ostraka.it.smallscope;

import static io.ostraka.it.smallscope.HandOverModel.CONTROLLER;
import static io.ostraka.it.smallscope.HandOverModel.FIRST_PLACE;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.shard.ShardState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts steps into words. */
final class Telling {

    private final Groups groups;
    private final Controllers controllers;
    private final FactSets facts;
    private final List<Change> changes;
    private final Scope scope;

    Telling(Groups groups, Controllers controllers, FactSets facts, List<Change> changes, Scope scope) {
        this.groups = groups;
        this.controllers = controllers;
        this.facts = facts;
        this.changes = changes;
        this.scope = scope;
    }

    String tell(int[] before, int step, int[] after) {
        int place = FIRST_PLACE + Step.place(step);
        int what = Step.what(step);
        return switch (Step.kind(step)) {
            case ENTRY -> logged(before, after, place, facts.fact(what));
            case REPORT -> "the controller hears " + report(facts.fact(what)) + ": " + plan(after[CONTROLLER]);
            case CHANGE -> "an administrator: " + change(changes.get(what)) + ": " + plan(after[CONTROLLER]);
            case WRITE -> group(before[place]) + " executes: " + Writes.tell(what, scope);
            case TICK -> "time passes at " + group(before[place]);
            case REMOVE -> "the replicas of " + group(before[place]) + ", which is gone, are deleted";
        };
    }

    private String logged(int[] before, int[] after, int place, Fact fact) {
        String who = group(before[place]);
        String now = state(groups.state(after[place]));
        return switch (fact) {
            case Fact.Config config ->
                who + " learns revision " + config.update().revision() + plan(config.update());
            case Fact.Proposal proposal -> who + " logs " + command(proposal.command()) + ": " + now;
            case Fact.ToSource _, Fact.ToImporter _, Fact.ToController _, Fact.Begun _ -> who + " is " + now;
        };
    }

    private static String plan(Command.ConfigUpdate update) {
        return update.shards().stream()
                .map(plan -> ", shard at " + plan.owner() + " epoch " + plan.epoch()
                        + (plan.target() == null ? "" : ", planned to " + plan.target()))
                .findFirst()
                .orElse("");
    }

    private String plan(int controller) {
        ClusterConfig config = controllers.config(controller);
        ShardRow row = config.shard(0);
        String leaving = config.groups().values().stream()
                .filter(GroupRow::leaving)
                .map(group -> ", " + group.ref() + " is leaving")
                .reduce("", String::concat);
        return "revision " + config.revision() + ", shard at " + row.owner() + " epoch " + row.epoch()
                + (row.target() == null ? "" : ", planned to " + row.target())
                + leaving;
    }

    private static String change(Change change) {
        return switch (change) {
            case Change.Move move -> "move the shard to " + move.gid();
            case Change.Leave leave -> "let " + leave.gids().getFirst() + " leave";
            case Change.Join join -> "join " + join.groups().getFirst().gid();
            case Change.Unpin _, Change.Undo _, Change.Recover _, Change.Forget _, Change.Resume _ -> change.toString();
        };
    }

    private static String report(Fact fact) {
        if (!(fact instanceof Fact.ToController said)) {
            return fact.toString();
        }
        ControllerCommand.Report report = said.report();
        if (report.owners().isEmpty()) {
            return "the claim of " + report.claims().getFirst().group();
        }
        OwnerReport owner = report.owners().getFirst();
        return owner.group() + " say at revision " + owner.appliedRevision() + " that it is " + owner.state()
                + (owner.peer() == null ? "" : " with " + owner.peer()) + " at epoch "
                + owner.at().epoch();
    }

    private static String command(Command command) {
        String name = command.getClass().getSimpleName();
        if (command instanceof Command.ImportChunk chunk) {
            return name + "(" + name(chunk.name()) + ", " + span(chunk.span()) + ")";
        }
        return command instanceof Command.HandOverStep step ? name + "(" + name(step.name()) + ")" : name;
    }

    private static String span(Command.Span span) {
        return switch (span) {
            case Command.Span.Base base ->
                (base.last() ? "the rest" : "a part") + " as of shard revision " + base.snapshotRevision();
            case Command.Span.Round round ->
                "changes from shard revision " + round.fromRevision() + " to " + round.toRevision();
        };
    }

    private static String name(ExportName name) {
        return id(name.exportId().high(), name.exportId().low()) + ", epoch " + name.epoch() + " from " + name.source()
                + " to " + name.importer();
    }

    private static String id(long high, long low) {
        return "#" + high + "/" + low;
    }

    private String group(int group) {
        GroupId id = groups.image(group).group();
        return id.toString();
    }

    private static String state(@Nullable ShardState state) {
        return switch (state) {
            case null -> "gone";
            case ShardState.Absent absent -> "ABSENT(" + absent.lastEpoch() + ")";
            case ShardState.Serving serving -> "SERVING(" + serving.epoch() + ")";
            case ShardState.Exporting exporting ->
                "EXPORTING(" + exporting.epoch() + ", "
                        + id(exporting.exportId().high(), exporting.exportId().low()) + ")";
            case ShardState.Frozen frozen ->
                "FROZEN(" + frozen.epoch() + ", "
                        + id(frozen.exportId().high(), frozen.exportId().low()) + ")";
            case ShardState.Importing importing ->
                "IMPORTING(" + importing.epoch() + ", "
                        + id(importing.exportId().high(), importing.exportId().low()) + ")";
            case ShardState.Retired retired -> "RETIRED(" + retired.lastEpoch() + ")";
        };
    }
}

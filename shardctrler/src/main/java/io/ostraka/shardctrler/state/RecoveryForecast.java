package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.Recoveries.Recovery;
import io.ostraka.shardctrler.state.Recoveries.Said;
import io.ostraka.shardctrler.state.Recoveries.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is expected of one shard when a group is given up: the verdict as it would be if the groups said once more what
 * they said last. What they say then decides.
 *
 * @param shard the shard
 * @param lastOwner who held the token last, as far as it was recorded
 * @param epoch at which
 * @param asked who is asked before the shard goes on
 * @param goesOnAt the group that is expected to have it then
 * @param source from what
 * @param loss what may be lost, in a sentence
 */
public record RecoveryForecast(
        int shard,
        GroupRef lastOwner,
        long epoch,
        SortedSet<GroupRef> asked,
        @Nullable GroupRef goesOnAt,
        Source source,
        String loss) {

    /**
     * The forecasts for all shards that the group held or may have got.
     *
     * @param before the state in which it is given up
     * @param after the state after that
     * @param lastSaid what a group last said of a shard, or null
     */
    public static List<RecoveryForecast> of(
            ControllerState before,
            ControllerState after,
            GroupRef dead,
            BiFunction<GroupRef, Integer, @Nullable Said> lastSaid) {
        List<RecoveryForecast> forecasts = new ArrayList<>();
        ClusterConfig now = Transitions.configOf(after);
        for (ShardRow was : Transitions.configOf(before).shards()) {
            if (was.owner() == null || !RecoveryPlanner.affects(before, dead, was)) {
                continue;
            }
            Recovery recovery = after.recoveries().pending().get(was.shard());
            if (recovery == null) {
                forecasts.add(decided(was, now.shard(was.shard())));
            } else {
                forecasts.add(forecast(now, dead, now.shard(was.shard()), recovery, lastSaid));
            }
        }
        return forecasts;
    }

    /** Of a shard that nobody has to be asked about any more. */
    private static RecoveryForecast decided(ShardRow was, ShardRow row) {
        boolean empty = row.recovery() == ShardRecovery.EMPTY;
        return new RecoveryForecast(
                was.shard(),
                Objects.requireNonNull(was.owner()),
                was.epoch(),
                new TreeSet<>(),
                row.owner(),
                empty ? Source.EMPTY : row.recovery() == ShardRecovery.FROM_COPY ? Source.FROZEN_COPY : Source.OWNER,
                empty ? "everything: no other group can have a copy" : "nothing more than was lost before");
    }

    private static RecoveryForecast forecast(
            ClusterConfig now,
            GroupRef dead,
            ShardRow row,
            Recovery asked,
            BiFunction<GroupRef, Integer, @Nullable Said> lastSaid) {
        GroupRef planned = now.desired(row.shard());
        GroupRef owner = Objects.requireNonNull(row.owner());
        TreeMap<GroupRef, Said> said = new TreeMap<>();
        for (GroupRef group : asked.asked()) {
            Said last = lastSaid.apply(group, row.shard());
            if (last != null) {
                said.put(group, last);
            }
        }
        Said byOwner = said.get(owner);
        // An owner need not say that it has what the table says it has, nor that it has it no longer.
        boolean assumed = now.isAlive(owner) && (byOwner == null || byOwner.state() == TokenState.ABSENT);
        if (assumed) {
            said.put(owner, new Said(TokenState.SERVING, row.epoch(), null));
        }
        Recovery recovery = new Recovery(asked.revision(), asked.copyFloor(), asked.lastEpoch(), asked.asked(), said);
        return switch (RecoveryRules.of(row, recovery, now::isAlive, planned)) {
            case RecoveryRules.Verdict.Kept kept ->
                of(
                        row,
                        recovery,
                        owner,
                        Source.OWNER,
                        assumed
                                ? "nothing, if group " + owner.gid() + " still has the shard; else everything"
                                : "nothing: group " + owner.gid() + " says that it has the shard");
            case RecoveryRules.Verdict.FromCopy copy ->
                of(
                        row,
                        recovery,
                        copy.at(),
                        Source.FROZEN_COPY,
                        copy.at().equals(owner)
                                ? "what group " + dead.gid() + " acknowledged, if it had taken the shard over already"
                                : "what was acknowledged since group "
                                        + copy.at().gid() + " froze its copy");
            case RecoveryRules.Verdict.Empty empty ->
                of(
                        row,
                        recovery,
                        empty.at(),
                        Source.EMPTY,
                        "everything: nobody who was heard has a copy" + dropped(recovery, now));
            case RecoveryRules.Verdict.Homeless homeless ->
                of(
                        row,
                        recovery,
                        null,
                        Source.EMPTY,
                        "everything, and the shard waits until a group joins that can hold it");
            case RecoveryRules.Verdict.Waits waits ->
                of(
                        row,
                        recovery,
                        planned,
                        Source.EMPTY,
                        "everything, unless it turns out to be at group " + names(waits.groups())
                                + ", which has not said what it has");
        };
    }

    /** An import from the dead group may have been complete, but nothing says so: it is not passed off as a copy. */
    private static String dropped(Recovery recovery, ClusterConfig now) {
        TreeSet<GroupRef> importers = new TreeSet<>();
        recovery.said().forEach((group, said) -> {
            if (said.state() == TokenState.IMPORTING && said.peer() != null && !now.isAlive(said.peer())) {
                importers.add(group);
            }
        });
        return importers.isEmpty() ? "" : "; what group " + names(importers) + " was importing is dropped";
    }

    private static RecoveryForecast of(
            ShardRow row, Recovery recovery, @Nullable GroupRef at, Source source, String loss) {
        GroupRef owner = Objects.requireNonNull(row.owner());
        return new RecoveryForecast(row.shard(), owner, row.epoch(), recovery.asked(), at, source, loss);
    }

    private static String names(SortedSet<GroupRef> groups) {
        return groups.stream().map(group -> String.valueOf(group.gid())).collect(Collectors.joining(" or "));
    }
}

package io.ostraka.shardctrler.server;

import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.PlannedRecovery;
import io.ostraka.proto.controller.RecoveryState;
import io.ostraka.proto.controller.RestoreState;
import io.ostraka.proto.controller.Resume;
import io.ostraka.shardctrler.codec.CommandWire;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.Recoveries.Said;
import io.ostraka.shardctrler.state.RecoveryForecast;
import io.ostraka.shardctrler.state.RecoveryStatus;
import io.ostraka.shardctrler.state.RestoreStatus;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is special about giving groups up: which one a shard waits for, which are silent, whether one lives after all,
 * and what is expected of its shards, from what the leaders of groups last said here. Any thread.
 */
final class RecoveryRequests {

    private final GroupWords words = new GroupWords();
    private final LongSupplier nanoTime;
    private final AtomicReference<Leading> leading;

    RecoveryRequests(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        leading = new AtomicReference<>(new Leading(-1, nanoTime.getAsLong()));
    }

    /** Since when this controller has led, as far as that was noticed: never too early. */
    private record Leading(long term, long sinceNanos) {}

    /** Which group a request is about, or why that cannot be said. */
    sealed interface Subject {

        /** The request, with the very group that is to be given up. */
        record Named(ChangeRequest request) implements Subject {}

        /** There is none. */
        record None(Answers.Refused why) implements Subject {}
    }

    /** This controller leads, in a term. It knows no more of the groups than what it has heard since that began. */
    void leads(long term) {
        long now = nanoTime.getAsLong();
        leading.updateAndGet(known -> known.term() == term ? known : new Leading(term, now));
    }

    /** The leader of a group was heard, with all that it said of shards. */
    void heard(GroupRef group, List<OwnerReport> reports) {
        words.heard(group, reports, nanoTime.getAsLong());
    }

    /** What the groups said that this state no longer has is of no use. */
    void forgetGroupsThatAreGone(ControllerState state) {
        if (state.config() != null) {
            words.keepOnlyThoseOf(state.config());
        }
    }

    /** Fills in which group a plan is about: the present one of its number, or the one that a shard waits for. */
    Subject subject(ChangeRequest request, ControllerState state) {
        ClusterConfig config = state.config();
        if (config != null && request.hasResume()) {
            return new Subject.Named(request.toBuilder()
                    .setResume(Resume.newBuilder()
                            .addAllDead(silent(state, config).stream()
                                    .map(ConfigWire::toWire)
                                    .toList()))
                    .build());
        }
        if (config == null || !request.hasRecover()) {
            return new Subject.Named(request);
        }
        if (!request.getRecover().hasShard()) {
            long gid = request.getRecover().getDead().getGid();
            return config.group(gid)
                    .map(GroupRow::ref)
                    .map(ref -> named(request, ref))
                    .orElse(new Subject.Named(request));
        }
        int shard = request.getRecover().getShard();
        if (shard < 0 || shard >= config.shardCount()) {
            return new Subject.None(new Answers.Refused(
                    StatusCode.INVALID,
                    "there is no shard " + Integer.toUnsignedString(shard) + "; shards go from 0 to "
                            + (config.shardCount() - 1)));
        }
        ShardRow row = config.shard(shard);
        GroupRef owner = row.owner();
        if (owner == null) {
            return none("shard " + shard + " was never held by any group, so nothing of it is lost");
        }
        SortedSet<GroupRef> waitsFor = RecoveryStatus.waitsFor(state, config, row);
        if (!waitsFor.isEmpty()) {
            return silentOf(request, shard, waitsFor);
        }
        if (row.recovery() == ShardRecovery.PENDING) {
            return none("shard " + shard + " goes on as soon as a group joins that can hold it");
        }
        GroupRef successor = words.frozenFor(row, nanoTime.getAsLong());
        return named(request, successor != null && config.isAlive(successor) ? successor : owner);
    }

    /** The groups that should be heard and are not, also those that a restore waits for and does not have. */
    private List<GroupRef> silent(ControllerState state, ClusterConfig config) {
        long now = nanoTime.getAsLong();
        TreeSet<GroupRef> expected = new TreeSet<>(config.groups().keySet());
        expected.removeIf(group -> !config.isAlive(group));
        RestoreStatus.of(state).ifPresent(status -> expected.addAll(status.waitsFor()));
        return expected.stream()
                .filter(group -> words.silenceNanos(group, now) < 0)
                .toList();
    }

    /** Of the groups that a shard waits for the one that is not heard. */
    private Subject silentOf(ChangeRequest request, int shard, SortedSet<GroupRef> waitsFor) {
        long now = nanoTime.getAsLong();
        List<GroupRef> silent = waitsFor.stream()
                .filter(group -> words.silenceNanos(group, now) < 0)
                .toList();
        return switch (silent.size()) {
            case 0 -> none("shard " + shard + " waits for group " + gids(waitsFor) + ", which lives; try again later");
            case 1 -> named(request, silent.get(0));
            default ->
                none("shard " + shard + " waits for group " + gids(silent)
                        + ", and none of them is heard; name the one to give up with --group");
        };
    }

    private static Subject none(String why) {
        return new Subject.None(new Answers.Refused(StatusCode.REJECTED, why));
    }

    private static String gids(Collection<GroupRef> groups) {
        return groups.stream().map(group -> String.valueOf(group.gid())).collect(Collectors.joining(" and "));
    }

    private static Subject named(ChangeRequest request, GroupRef dead) {
        return new Subject.Named(request.toBuilder()
                .setRecover(request.getRecover().toBuilder().clearShard().setDead(ConfigWire.toWire(dead)))
                .build());
    }

    /** Why a group is not given up although it could be: it lives. One that is given up already is no problem. */
    Answers.@Nullable Refused problemOf(ChangeRequest request, ControllerState state) {
        if (request.hasResume() && RestoreStatus.of(state).isEmpty()) {
            return null;
        }
        if (request.hasResume()) {
            return request.getResume().getDeadList().stream()
                    .map(dead -> problemOf(dead, state))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseGet(this::tooNew);
        }
        if (!request.hasRecover()) {
            return null;
        }
        if (request.getRecover().hasShard()) {
            return new Answers.Refused(StatusCode.INVALID, "name the group that is to be given up, as the plan did");
        }
        return problemOf(request.getRecover().getDead(), state);
    }

    private Answers.@Nullable Refused problemOf(io.ostraka.proto.GroupRef dead, ControllerState state) {
        if (dead.getGid() < 0 || dead.getIncarnation() < 0) {
            return new Answers.Refused(StatusCode.INVALID, "the request names no group that could be given up");
        }
        GroupRef group = new GroupRef(dead.getGid(), dead.getIncarnation());
        if (isGivenUp(group, state)) {
            return null;
        }
        long silence = words.silenceNanos(group, nanoTime.getAsLong());
        long enough = TimeUnit.NANOSECONDS.toSeconds(GroupWords.ALIVE_NANOS);
        if (silence >= 0) {
            return new Answers.Refused(
                    StatusCode.REJECTED,
                    "group " + dead.getGid() + " lives: its leader reported "
                            + TimeUnit.NANOSECONDS.toSeconds(silence)
                            + " s ago; a group that lives is told to leave,"
                            + " and one that has just died can be given up after " + enough + " s of silence");
        }
        return tooNew();
    }

    /** Why this controller cannot tell who is silent, or null if it can. */
    private Answers.@Nullable Refused tooNew() {
        long led = nanoTime.getAsLong() - leading.get().sinceNanos();
        long enough = TimeUnit.NANOSECONDS.toSeconds(GroupWords.ALIVE_NANOS);
        return led >= GroupWords.ALIVE_NANOS
                ? null
                : new Answers.Refused(
                        StatusCode.REJECTED,
                        "this controller has led for " + TimeUnit.NANOSECONDS.toSeconds(led)
                                + " s, too short to tell which groups are silent; try again in "
                                + (enough - TimeUnit.NANOSECONDS.toSeconds(led)) + " s");
    }

    private static boolean isGivenUp(GroupRef group, ControllerState state) {
        ClusterConfig config = state.config();
        return config != null
                && config.group(group.gid())
                        .filter(row -> row.ref().equals(group) && row.retired())
                        .isPresent();
    }

    /** What is expected of each shard if the request, which was found to be possible, is carried out. */
    ChangeReply forecast(ChangeReply reply, ChangeRequest request, ControllerState before, ControllerState after) {
        GroupRef dead = ConfigWire.fromWire(request.getRecover().getDead());
        List<RecoveryForecast> forecasts = RecoveryForecast.of(before, after, dead, this::lastSaid);
        ChangeReply.Builder more = reply.toBuilder().setDead(ConfigWire.toWire(dead));
        forecasts.forEach(forecast -> more.addRecoveries(toWire(forecast)));
        return more.build();
    }

    /** A group that was heard and said nothing of the shard has nothing of it. */
    private @Nullable Said lastSaid(GroupRef group, int shard) {
        Said said = words.of(group, shard);
        return said != null || words.silenceNanos(group, nanoTime.getAsLong()) < 0
                ? said
                : new Said(TokenState.ABSENT, 0, null);
    }

    /** How far shards are that lost a group. */
    static List<RecoveryState> states(ControllerState state) {
        return RecoveryStatus.of(state).stream().map(RecoveryRequests::toWire).toList();
    }

    /** How far a restore is. */
    static RestoreState toWire(RestoreStatus status) {
        return RestoreState.newBuilder()
                .addAllWaitsFor(
                        status.waitsFor().stream().map(ConfigWire::toWire).toList())
                .addAllMissingShards(status.missing())
                .setUnsettledShards(status.unsettled())
                .build();
    }

    private static RecoveryState toWire(RecoveryStatus status) {
        RecoveryState.Builder wire = RecoveryState.newBuilder().setShard(status.shard());
        status.waitsFor().forEach(group -> wire.addWaitsFor(ConfigWire.toWire(group)));
        if (status.outcome() != null) {
            wire.setLast(CommandWire.toWire(status.outcome()));
        }
        return wire.build();
    }

    private static PlannedRecovery toWire(RecoveryForecast forecast) {
        PlannedRecovery.Builder wire = PlannedRecovery.newBuilder()
                .setShard(forecast.shard())
                .setLastOwner(ConfigWire.toWire(forecast.lastOwner()))
                .setEpoch(forecast.epoch())
                .setSource(CommandWire.toWire(forecast.source()))
                .setLoss(forecast.loss());
        forecast.asked().forEach(group -> wire.addAsked(ConfigWire.toWire(group)));
        if (forecast.goesOnAt() != null) {
            wire.setGoesOnAt(ConfigWire.toWire(forecast.goesOnAt()));
        }
        return wire.build();
    }
}

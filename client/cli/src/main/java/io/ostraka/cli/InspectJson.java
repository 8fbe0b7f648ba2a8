package io.ostraka.cli;

import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.ClusterStatus.Answer;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JSON of {@code query}, {@code shard list} and {@code status}. Ids of 64 random bits are hexadecimal strings. */
final class InspectJson {

    private InspectJson() {}

    static Json.Obj map(ClusterMap map) {
        return Json.Obj.empty()
                .with("clusterId", Long.toHexString(map.clusterId()))
                .with("num", map.num())
                .with("revision", map.revision())
                .with("featureLevel", map.featureLevel())
                .with("shards", array(map.shards(), InspectJson::shard))
                .with("groups", array(map.groups(), InspectJson::group))
                .with("restore", restore(map.restore()))
                .with(
                        "nodes",
                        array(
                                map.nodes(),
                                node -> Json.Obj.empty()
                                        .with("nodeId", Long.toHexString(node.nodeId()))
                                        .with("address", node.address())));
    }

    private static Json restore(ClusterMap.Restore restore) {
        return Json.Obj.empty()
                .with("stage", restore.stage().name().toLowerCase(Locale.ROOT))
                .with(
                        "waitsFor",
                        new Json.Arr(restore.waitsForGids().stream()
                                .map(gid -> new Json.Num(Long.toString(gid)))
                                .toList()))
                .with(
                        "missingShards",
                        new Json.Arr(restore.missingShards().stream()
                                .map(shard -> new Json.Num(Integer.toString(shard)))
                                .toList()))
                .with("unsettledShards", restore.unsettledShards());
    }

    static Json.Obj shard(ClusterMap.Shard shard) {
        return Json.Obj.empty()
                .with("shard", shard.shard())
                .with("owner", shard.ownerGid())
                .with("epoch", shard.epoch())
                .with("target", shard.targetGid())
                .with("desired", shard.desiredGid())
                .with("pinned", shard.pinned())
                .with("recovery", shard.recovery().progress().name().toLowerCase(Locale.ROOT))
                .with(
                        "waitsFor",
                        new Json.Arr(shard.recovery().waitsForGids().stream()
                                .map(gid -> new Json.Num(Long.toString(gid)))
                                .toList()))
                .with("wentOn", wentOn(shard.recovery().last()));
    }

    private static Json wentOn(ClusterMap.@Nullable WentOn last) {
        return last == null
                ? new Json.Null()
                : Json.Obj.empty()
                        .with(
                                "source",
                                last.source().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .with("group", last.gid())
                        .with("epoch", last.epoch());
    }

    static String gids(List<Long> gids) {
        return gids.isEmpty()
                ? "a group to join"
                : gids.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static Json.Obj group(ClusterMap.Group group) {
        return Json.Obj.empty()
                .with("gid", group.gid())
                .with("incarnation", group.incarnation())
                .with("leaving", group.leaving())
                .with("retired", group.retired())
                .with("weight", group.weight())
                .with(
                        "replicas",
                        array(
                                group.replicas(),
                                replica -> Json.Obj.empty()
                                        .with("replicaId", replica.replicaId())
                                        .with("nodeId", Long.toHexString(replica.nodeId()))
                                        .with("address", replica.address())
                                        .with("created", replica.created())
                                        .with("lost", replica.lost())));
    }

    static Json.Obj status(ClusterStatus status) {
        return Json.Obj.empty()
                .with("map", status.map().<Json>map(InspectJson::map).orElse(new Json.Null()))
                .with("controllers", array(status.controllers(), one -> answer(one, InspectJson::controller)))
                .with("nodes", array(status.nodes(), one -> answer(one, InspectJson::node)));
    }

    private static <T> Json.Obj answer(Answer<T> answer, Function<T, Json> read) {
        Json.Obj object = Json.Obj.empty().with("address", answer.address());
        return answer.answer()
                .map(value -> object.with("status", read.apply(value)))
                .orElse(object.with("trouble", answer.trouble()));
    }

    private static Json.Obj controller(ClusterStatus.Controller controller) {
        return Json.Obj.empty()
                .with("clusterId", Long.toHexString(controller.clusterId()))
                .with("nodeId", Long.toHexString(controller.nodeId()))
                .with("initialised", controller.initialised())
                .with("replicaId", controller.replicaId())
                .with("raft", raft(controller.raft()))
                .with("num", controller.num())
                .with("revision", controller.revision());
    }

    private static Json.Obj node(ClusterStatus.Node node) {
        return Json.Obj.empty()
                .with("nodeId", Long.toHexString(node.nodeId()))
                .with("version", node.version())
                .with("uptimeMillis", node.usage().uptimeMillis())
                .with("startCounter", node.usage().startCounter())
                .with("residentBytes", node.usage().residentBytes())
                .with("storeBytes", node.usage().storeBytes())
                .with("logBytes", node.usage().logBytes())
                .with("configRevision", node.configRevision())
                .with("replicas", array(node.replicas(), InspectJson::replica));
    }

    private static Json.Obj replica(ClusterStatus.Replica replica) {
        return Json.Obj.empty()
                .with("gid", replica.gid())
                .with("replicaId", replica.replicaId())
                .with("raft", raft(replica.raft()))
                .with("quiet", replica.quiet())
                .with("trouble", replica.trouble())
                .with(
                        "shards",
                        array(
                                replica.shards(),
                                shard -> Json.Obj.empty()
                                        .with("shard", shard.shard())
                                        .with("state", shard.state())
                                        .with("epoch", shard.epoch())
                                        .with("keys", shard.keys())
                                        .with("bytes", shard.bytes())
                                        .with("peer", shard.peerGid())
                                        .with("bytesDone", shard.bytesDone())
                                        .with("bytesTotal", shard.bytesTotal())));
    }

    private static Json.Obj raft(ClusterStatus.Raft raft) {
        return Json.Obj.empty()
                .with("role", raft.role())
                .with("term", raft.term())
                .with("commitIndex", raft.commitIndex())
                .with("appliedIndex", raft.appliedIndex());
    }

    private static <T> Json.Arr array(List<T> items, Function<T, Json> read) {
        return new Json.Arr(items.stream().map(read).toList());
    }
}

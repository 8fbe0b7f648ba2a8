package io.ostraka.shardkv.server;

import io.ostraka.proto.Id128;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.raft.core.GroupId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings requests to the groups that they name, and turns away what no group here can take. Thread-safe. */
final class KvRouter {

    private final Supplier<@Nullable ClusterConfig> config;
    private final Function<GroupId, @Nullable ServedGroup> groups;
    private final RouteHints hints;
    private final int valueBytesMax;

    KvRouter(
            Supplier<@Nullable ClusterConfig> config,
            Function<GroupId, @Nullable ServedGroup> groups,
            RouteHints hints,
            int valueBytesMax) {
        this.config = config;
        this.groups = groups;
        this.hints = hints;
        this.valueBytesMax = valueBytesMax;
    }

    /** Takes requests that came together; each is answered once, now or later. */
    void submit(Id128 session, List<KvRequest> requests, Answers answers) {
        ClusterConfig known = config.get();
        List<KvResponse> refusals = new ArrayList<>();
        Map<GroupId, List<KvRequest>> byGroup = new LinkedHashMap<>();
        for (KvRequest request : requests) {
            KvResponse refusal = refusal(session, request, known);
            if (refusal != null) {
                refusals.add(refusal);
            } else {
                byGroup.computeIfAbsent(groupOf(request), _ -> new ArrayList<>())
                        .add(request);
            }
        }
        for (Map.Entry<GroupId, List<KvRequest>> entry : byGroup.entrySet()) {
            ServedGroup group = groups.apply(entry.getKey());
            if (group != null) {
                group.submit(session, entry.getValue(), answers);
            } else {
                entry.getValue().forEach(request -> refusals.add(notHere(request, entry.getKey(), known)));
            }
        }
        if (!refusals.isEmpty()) {
            answers.answer(refusals);
        }
    }

    private @Nullable KvResponse refusal(Id128 session, KvRequest request, @Nullable ClusterConfig known) {
        if (known == null) {
            return Replies.notReady(
                    request.getId(), "this node has no configuration yet; try another, or again a little later");
        }
        String problem = new RequestCheck(known.shardCount(), valueBytesMax).problemOf(request);
        if (problem == null
                && (request.getGroup().getGid() < 0 || request.getGroup().getIncarnation() < 0)) {
            problem = "there is no group " + request.getGroup().getGid();
        }
        if (problem == null && request.hasWrite() && session.equals(Id128.getDefaultInstance())) {
            problem = "a write comes without the identity of its session; send it with the frame";
        }
        return problem == null ? null : Replies.invalid(request.getId(), problem);
    }

    private KvResponse notHere(KvRequest request, GroupId group, @Nullable ClusterConfig known) {
        GroupRef ref = ShardAdmission.ref(group);
        if (known != null && known.group(ref).isPresent()) {
            return Replies.notLeader(request.getId(), hints.to(ref, null, 0), 0);
        }
        ShardRow row = known == null ? null : known.shard(request.getShard());
        GroupRef where = row == null ? null : row.owner() != null ? row.owner() : row.target();
        return Replies.wrongGroup(
                request.getId(), request.getShard(), hints.to(where, null, row == null ? 0 : row.epoch()), 0);
    }

    private static GroupId groupOf(KvRequest request) {
        return new GroupId(request.getGroup().getGid(), request.getGroup().getIncarnation());
    }
}

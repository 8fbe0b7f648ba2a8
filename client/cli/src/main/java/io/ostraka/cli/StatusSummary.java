package io.ostraka.cli;

import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.ClusterStatus;
import io.ostraka.client.admin.ClusterStatus.Answer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster's status comes to: a line a group, and one by one only what is not as it should be.
 *
 * @param groups in the order of the map
 * @param unwell the replicas that a group is short of, and those that no group has
 * @param shards how many there are in each state that occurs, the best first
 * @param notable the shards that are not plainly served
 */
record StatusSummary(List<GroupLine> groups, List<ReplicaLine> unwell, Map<Standing, Long> shards, List<Held> notable) {

    private static final Set<String> AT_WORK = Set.of("leader", "follower");

    /** How a shard is, by the best that the leaders of groups say of it. */
    enum Standing {
        SERVING("serving"),
        EXPORTING("exporting"),
        IMPORTING("importing"),
        FROZEN("frozen"),
        NOT_SERVED("not served");

        private final String word;

        Standing(String word) {
            this.word = word;
        }

        /** As a replica says it. */
        String word() {
            return word;
        }

        /** Of a state that says nothing of where a shard is now: null. */
        static @Nullable Standing of(String state) {
            for (Standing standing : values()) {
                if (standing.word.equals(state)) {
                    return standing;
                }
            }
            return null;
        }

        boolean isServed() {
            return this == SERVING || this == EXPORTING;
        }
    }

    /**
     * A group.
     *
     * @param leader its node, null if no replica says that it leads
     * @param raft of the leader, else of the replica that knows most; null if none answers
     * @param lag how many committed entries the slowest of those that are well has yet to apply
     * @param served what the leader serves; null if nobody can say
     */
    record GroupLine(
            long gid,
            @Nullable String leader,
            ClusterStatus.@Nullable Raft raft,
            Replicas replicas,
            long lag,
            @Nullable Served served) {}

    /** How many of a group's replicas are well. */
    record Replicas(long well, long all) {}

    /** What a leader serves. */
    record Served(long shards, long keys, long bytes) {}

    /**
     * A replica that is not well.
     *
     * @param condition its role, or why it has none
     * @param raft null if it does not answer
     */
    record ReplicaLine(long gid, String address, String condition, ClusterStatus.@Nullable Raft raft, String trouble) {}

    /** Shards as one group's leader has them, or as the map has them if no leader says anything. */
    sealed interface Held {

        /** One that a leader has. */
        record ByLeader(long gid, String address, ClusterStatus.Shard shard) implements Held {}

        /** Shards next to one another of which no leader has anything, although one owner should. */
        record ByNobody(int from, int to, long ownerGid, long targetGid) implements Held {}
    }

    private record Seen(String address, ClusterStatus.Replica replica) {

        boolean isWell() {
            return replica.trouble().isEmpty()
                    && AT_WORK.contains(replica.raft().role());
        }

        boolean leads() {
            return replica.raft().role().equals("leader");
        }
    }

    /** Sums a status up; without a map there is nothing to say. */
    static StatusSummary of(ClusterStatus status) {
        return status.map()
                .map(map -> of(status, map))
                .orElse(new StatusSummary(List.of(), List.of(), Map.of(), List.of()));
    }

    private static StatusSummary of(ClusterStatus status, ClusterMap map) {
        Map<Long, Seen> seen = new TreeMap<>();
        for (Answer<ClusterStatus.Node> answer : status.nodes()) {
            answer.answer()
                    .ifPresent(node -> node.replicas()
                            .forEach(replica -> seen.put(replica.replicaId(), new Seen(answer.address(), replica))));
        }
        List<GroupLine> groups = new ArrayList<>();
        List<ReplicaLine> unwell = new ArrayList<>();
        Map<Integer, List<Held.ByLeader>> held = new TreeMap<>();
        for (ClusterMap.Group group : map.groups()) {
            List<Seen> members = new ArrayList<>();
            for (ClusterMap.Replica member : group.replicas()) {
                Seen replica = seen.remove(member.replicaId());
                if (replica != null) {
                    members.add(replica);
                }
                if (replica == null || !replica.isWell()) {
                    unwell.add(replica == null ? absent(status, group, member) : unwell(replica));
                }
            }
            Optional<Seen> leader = members.stream().filter(Seen::leads).max(byTerm());
            groups.add(line(group, members, leader));
            leader.filter(Seen::isWell)
                    .ifPresent(speaker -> speaker.replica()
                            .shards()
                            .forEach(shard -> held.computeIfAbsent(shard.shard(), _ -> new ArrayList<>())
                                    .add(new Held.ByLeader(group.gid(), speaker.address(), shard))));
        }
        seen.values().forEach(stranger -> unwell.add(unwell(stranger)));
        return shards(map, held, groups, unwell);
    }

    private static Comparator<Seen> byTerm() {
        return Comparator.comparingLong(seen -> seen.replica().raft().term());
    }

    private static GroupLine line(ClusterMap.Group group, List<Seen> members, Optional<Seen> leader) {
        Optional<ClusterStatus.Raft> raft = leader.or(() -> members.stream()
                        .max(byTerm().thenComparingLong(
                                        seen -> seen.replica().raft().commitIndex())))
                .map(seen -> seen.replica().raft());
        long commit = raft.map(ClusterStatus.Raft::commitIndex).orElse(0L);
        List<Seen> well = members.stream().filter(Seen::isWell).toList();
        long lag = well.stream()
                .mapToLong(seen -> Math.max(0, commit - seen.replica().raft().appliedIndex()))
                .max()
                .orElse(0);
        return new GroupLine(
                group.gid(),
                leader.map(Seen::address).orElse(null),
                raft.orElse(null),
                new Replicas(well.size(), group.replicas().size()),
                lag,
                leader.filter(Seen::isWell)
                        .map(seen -> served(seen.replica().shards()))
                        .orElse(null));
    }

    private static Served served(List<ClusterStatus.Shard> shards) {
        List<ClusterStatus.Shard> served = shards.stream()
                .filter(shard -> {
                    Standing standing = Standing.of(shard.state());
                    return standing != null && standing.isServed();
                })
                .toList();
        return new Served(
                served.size(),
                served.stream().mapToLong(ClusterStatus.Shard::keys).sum(),
                served.stream().mapToLong(ClusterStatus.Shard::bytes).sum());
    }

    private static ReplicaLine unwell(Seen seen) {
        ClusterStatus.Replica replica = seen.replica();
        String trouble = seen.isWell() ? "no group of the configuration has it" : replica.trouble();
        return new ReplicaLine(replica.gid(), seen.address(), replica.raft().role(), replica.raft(), trouble);
    }

    private static ReplicaLine absent(ClusterStatus status, ClusterMap.Group group, ClusterMap.Replica member) {
        if (member.lost()) {
            return new ReplicaLine(group.gid(), member.address(), "lost", null, "its node is gone");
        }
        return status.nodes().stream()
                .filter(answer -> answer.address().equals(member.address()))
                .findFirst()
                .filter(answer -> answer.answer().isPresent())
                .map(_ -> new ReplicaLine(
                        group.gid(), member.address(), "missing", null, member.created() ? "" : "not created yet"))
                .orElseGet(() -> new ReplicaLine(
                        group.gid(), member.address(), "no answer", null, troubleOf(status, member.address())));
    }

    private static String troubleOf(ClusterStatus status, String address) {
        return status.nodes().stream()
                .filter(answer -> answer.address().equals(address))
                .map(Answer::trouble)
                .collect(Collectors.joining());
    }

    private static StatusSummary shards(
            ClusterMap map, Map<Integer, List<Held.ByLeader>> held, List<GroupLine> groups, List<ReplicaLine> unwell) {
        Map<Standing, Long> counts = new TreeMap<>();
        List<Held> notable = new ArrayList<>();
        for (ClusterMap.Shard shard : map.shards()) {
            Standing best = Standing.NOT_SERVED;
            for (Held.ByLeader one : held.getOrDefault(shard.shard(), List.of())) {
                Standing standing = Standing.of(one.shard().state());
                if (standing != null) {
                    best = standing.compareTo(best) < 0 ? standing : best;
                    if (standing != Standing.SERVING) {
                        notable.add(one);
                    }
                }
            }
            if (best == Standing.NOT_SERVED) {
                addByNobody(notable, shard);
            }
            counts.merge(best, 1L, Long::sum);
        }
        return new StatusSummary(groups, unwell, counts, notable);
    }

    /** A group without a leader has many, and a cluster that was just founded all: neighbours share a line. */
    private static void addByNobody(List<Held> notable, ClusterMap.Shard shard) {
        Held.ByNobody one = new Held.ByNobody(shard.shard(), shard.shard(), shard.ownerGid(), shard.targetGid());
        if (!notable.isEmpty()
                && notable.getLast() instanceof Held.ByNobody last
                && last.to() + 1 == one.from()
                && last.ownerGid() == one.ownerGid()
                && last.targetGid() == one.targetGid()) {
            notable.removeLast();
            one = new Held.ByNobody(last.from(), one.to(), one.ownerGid(), one.targetGid());
        }
        notable.add(one);
    }
}

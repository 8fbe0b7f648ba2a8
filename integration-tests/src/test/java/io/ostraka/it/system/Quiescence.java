package io.ostraka.it.system;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.shardctrler.machine.ControllerStateMachine;
import io.ostraka.shardkv.shard.GroupStateMachine;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import io.ostraka.shardkv.store.KvCursor;
import io.ostraka.shardkv.store.MemoryKvStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What must be true once all is well and nobody asks for anything: all controllers know one configuration, in which
 * every shard is where it should be; each shard is served there and nowhere else, and nobody keeps a copy; the replicas
 * of each group have applied the same and hold the same, byte for byte.
 */
final class Quiescence {

    /** Replica and generation, in which replicas may differ. */
    private static final int OWN_BYTES = Long.BYTES + 1;

    private final SystemWorld world;
    private final List<String> missing = new ArrayList<>();
    private Set<Machine> expected = Set.of();

    Quiescence(SystemWorld world) {
        this.world = world;
    }

    /** Whether all of it is true now, but for what was lost for good. */
    boolean isReached() {
        return isReachedBy(Set.copyOf(world.machines()));
    }

    /** Whether all of it is true now of these machines, which are a majority of each group. */
    boolean isReachedBy(Set<Machine> these) {
        expected = these;
        missing.clear();
        ClusterConfig config = commonConfig();
        if (config != null) {
            config.groups().values().forEach(group -> check(config, group));
            checkNoOthers(config);
        }
        return missing.isEmpty();
    }

    /** Whether some controller has heard of each node. */
    boolean knowsAllNodes() {
        List<String> addresses = world.nodes().stream().map(Machine::address).toList();
        return world.controllers().stream().anyMatch(machine -> {
            ClusterConfig known = configOf(machine);
            return known != null
                    && known.nodes().values().stream()
                            .map(NodeRow::address)
                            .toList()
                            .containsAll(addresses);
        });
    }

    private static @Nullable ClusterConfig configOf(Machine machine) {
        Server server = machine.server();
        if (server == null) {
            return null;
        }
        for (WitnessedHost.Hosted hosted : server.host().replicas()) {
            if (hosted.machine() instanceof ControllerStateMachine controller) {
                return controller.published().state().config();
            }
        }
        return null;
    }

    /** Says what was not true when it was last asked. */
    String missing() {
        return String.join("; ", missing);
    }

    private @Nullable ClusterConfig commonConfig() {
        ClusterConfig common = null;
        for (Machine machine : world.controllers()) {
            ClusterConfig known = expected.contains(machine) ? configOf(machine) : null;
            if (known == null && isExcused(machine)) {
                continue;
            }
            if (known == null) {
                missing.add("controller m" + machine.index() + " knows no configuration");
            } else if (common != null && !common.equals(known)) {
                missing.add("controller m" + machine.index() + " is at " + known.revision() + ", another at "
                        + common.revision());
            }
            common = common == null ? known : common;
        }
        if (common != null) {
            for (int shard = 0; shard < common.shardCount(); shard++) {
                ShardRow row = common.shard(shard);
                if (row.target() != null || row.owner() == null) {
                    missing.add("shard " + shard + " is planned otherwise: " + row
                            + world.shards().describe(shard));
                }
            }
        }
        return common;
    }

    private void check(ClusterConfig config, GroupRow row) {
        GroupId id = new GroupId(row.ref().gid(), row.ref().incarnation());
        SortedMap<Bytes, Bytes> rows = null;
        int excused = 0;
        for (var replica : row.replicas()) {
            WitnessedHost.Hosted hosted = hosted(new ReplicaId(replica.replicaId()));
            boolean whole = expected.size() == world.machines().size();
            if (hosted == null
                    && (!whole
                            || world.losses().has(new ReplicaId(replica.replicaId()), new NodeId(replica.nodeId())))) {
                excused++;
                continue;
            }
            if (hosted == null) {
                missing.add("replica " + replica.replicaId() + " of " + id + " does not run");
                continue;
            }
            GroupStateMachine machine = (GroupStateMachine) hosted.machine();
            if (machine.view().applied().index() != world.groups().highest(id)) {
                missing.add("replica " + replica.replicaId() + " of " + id + " has applied "
                        + machine.view().applied() + " of " + world.groups().highest(id));
                continue;
            }
            if (machine.view().config().revision() != config.revision()) {
                missing.add(id + " is at revision " + machine.view().config().revision() + " of " + config.revision());
            }
            for (ShardView shard : machine.view().known()) {
                boolean owns = row.ref().equals(config.shard(shard.shard()).owner());
                boolean right =
                        owns ? shard.state() instanceof ShardState.Serving : shard.state() instanceof ShardState.Absent;
                if (!right) {
                    missing.add(id + " has shard " + shard.shard() + " as " + shard.state());
                }
            }
            SortedMap<Bytes, Bytes> here = rowsOf(hosted);
            if (rows != null && !rows.equals(here)) {
                throw new SystemViolation("replicas of " + id + " hold different rows at entry "
                        + machine.view().applied() + ": " + difference(rows, here));
            }
            rows = here;
        }
        if (2 * excused >= row.replicas().size()) {
            missing.add("a majority of " + id + " is gone");
        }
    }

    private boolean isExcused(Machine machine) {
        return !expected.contains(machine) || world.losses().has(machine);
    }

    private static String difference(SortedMap<Bytes, Bytes> one, SortedMap<Bytes, Bytes> other) {
        List<String> text = new ArrayList<>();
        one.forEach((key, value) -> {
            if (!value.equals(other.get(key))) {
                text.add(key + ": " + value + " and " + other.get(key));
            }
        });
        other.forEach((key, value) -> {
            if (!one.containsKey(key)) {
                text.add(key + ": null and " + value);
            }
        });
        return text.size() + " rows, " + String.join(", ", text.subList(0, Math.min(3, text.size())));
    }

    /** Nothing is left of replicas that the configuration does not have. */
    private void checkNoOthers(ClusterConfig config) {
        for (Machine machine : world.nodes()) {
            Server server = machine.server();
            if (!expected.contains(machine)) {
                continue;
            }
            if (server == null) {
                missing.add("m" + machine.index() + " is down");
                continue;
            }
            checkNoOtherRows(config, machine, server);
            for (WitnessedHost.Hosted hosted : server.host().replicas()) {
                GroupId group = hosted.descriptor().group();
                boolean known = group.equals(GroupId.CONTROLLER)
                        || config.groups().values().stream()
                                .anyMatch(row -> row.ref().gid() == group.gid()
                                        && row.ref().incarnation() == group.incarnation());
                if (!known) {
                    missing.add("m" + machine.index() + " still has a replica of " + group);
                }
            }
        }
    }

    /** The store has rows of the replicas that run, and of those that would if they were not damaged, and no others. */
    private void checkNoOtherRows(ClusterConfig config, Machine machine, Server server) {
        Set<Long> running = new HashSet<>();
        server.host()
                .replicas()
                .forEach(hosted -> running.add(hosted.descriptor().replica().value()));
        Set<Long> damaged = new HashSet<>();
        config.groups()
                .values()
                .forEach(group -> group.replicas().stream()
                        .filter(replica -> world.losses().has(new ReplicaId(replica.replicaId()), server.nodeId()))
                        .forEach(replica -> damaged.add(replica.replicaId())));
        long next = 0;
        while (next >= 0) {
            try (KvCursor cursor = machine.store().scan(prefix(next), prefix(-1))) {
                if (!cursor.next()) {
                    return;
                }
                byte[] key = cursor.key().toByteArray();
                long replica = ByteBuffer.wrap(key).getLong();
                if (!running.contains(replica) && !damaged.contains(replica)) {
                    missing.add("the store of m" + machine.index() + " still has rows of replica " + replica);
                }
                next = replica + 1;
            }
        }
    }

    private static Bytes prefix(long replica) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(replica).array());
    }

    private WitnessedHost.@Nullable Hosted hosted(ReplicaId replica) {
        for (Machine machine : world.machines()) {
            Server server = machine.server();
            if (server != null && expected.contains(machine)) {
                for (WitnessedHost.Hosted hosted : server.host().replicas()) {
                    if (hosted.descriptor().replica().equals(replica)) {
                        return hosted;
                    }
                }
            }
        }
        return null;
    }

    /** All rows of a replica's live generation, without the part of the key that is its own. */
    private SortedMap<Bytes, Bytes> rowsOf(WitnessedHost.Hosted hosted) {
        SortedMap<Bytes, Bytes> rows = new TreeMap<>();
        for (Machine machine : world.machines()) {
            Server server = machine.server();
            if (server == null || !server.host().replicas().contains(hosted)) {
                continue;
            }
            MemoryKvStore store = machine.store();
            long id = hosted.descriptor().replica().value();
            try (KvCursor cursor = store.scan(prefix(id), prefix(id + 1))) {
                while (cursor.next()) {
                    if (cursor.key().size() > OWN_BYTES && cursor.key().byteAt(Long.BYTES) != 0) {
                        rows.put(cursor.key().slice(OWN_BYTES, cursor.key().size()), cursor.value());
                    }
                }
            }
        }
        return rows;
    }
}

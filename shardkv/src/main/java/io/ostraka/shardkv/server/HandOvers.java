package io.ostraka.shardkv.server;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.shardkv.migration.AgentEvent;
import io.ostraka.shardkv.migration.AgentOptions;
import io.ostraka.shardkv.migration.TransferRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs the agents of the groups that this node leads: one {@link LeadingGroup} each, from the moment that leadership
 * begins until it ends. Gives them the time, the configuration and the importers' requests. Works on the control loop.
 */
final class HandOvers implements TransferService.Sources {

    private static final long TICK_MILLIS = 50;
    private static final long ROOM_BYTES_MIN = 256L << 20;

    /** What the agents' actions need. */
    record Parts(
            TaskLoop loop,
            ControllerLink link,
            PeerChannels channels,
            NodeGreeting greeting,
            Executor readers,
            Pieces scans,
            DigestService digests,
            LongSupplier nanoTime,
            RandomGenerator random,
            Disk disk,
            AgentOptions options,
            Supplier<@Nullable ClusterConfig> config,
            RouteHints hints,
            Function<GroupId, @Nullable ServedGroup> groups) {}

    private final Parts parts;
    private final Map<GroupId, LeadingGroup> leading = new TreeMap<>();
    private final Map<GroupId, LeaderGuess> guesses = new TreeMap<>();
    private volatile boolean resting = true;
    private long tickNumber;

    HandOvers(Parts parts) {
        this.parts = parts;
    }

    // ---- ticks: often while an agent has something to do, seldom while none has, none where no group is led

    /** A group that is led here has applied something; from any thread. */
    void applied() {
        if (resting) {
            // At once, so that one task is enough however much is applied before the loop comes to it.
            resting = false;
            parts.loop().execute(() -> tickAfter(TICK_MILLIS));
        }
    }

    /** An agent may have something to do. */
    void wake() {
        if (resting) {
            resting = false;
            tickAfter(TICK_MILLIS);
        }
    }

    private void tickAfter(long millis) {
        long number = ++tickNumber;
        parts.loop()
                .schedule(
                        () -> {
                            if (number == tickNumber) {
                                tick();
                            }
                        },
                        millis);
    }

    private void tick() {
        // Before the agents look: what is applied after they have looked wakes them.
        resting = true;
        long next = Long.MAX_VALUE;
        for (LeadingGroup group : copyOfLeading()) {
            next = Math.min(next, group.tick());
        }
        if (next <= TICK_MILLIS) {
            wake();
        } else if (resting && !leading.isEmpty()) {
            tickAfter(next);
        }
    }

    // ---- events

    /** Leadership of a group has changed as far as its state machine here knows. */
    void leadershipChanged(GroupId id, LeadershipEvent event) {
        LeadingGroup before = leading.remove(id);
        if (before != null) {
            before.end();
        }
        ServedGroup group = parts.groups().apply(id);
        switch (event) {
            case LeadershipEvent.Leader _ -> {
                if (group != null) {
                    LeadingGroup begun = new LeadingGroup(group, parts, this);
                    leading.put(id, begun);
                    wake();
                    ClusterConfig known = parts.config().get();
                    if (known != null) {
                        begun.step(new AgentEvent.ConfigSeen(known));
                    }
                }
            }
            case LeadershipEvent.Follower _ -> {}
        }
    }

    /** The group is no longer here, or what is here of it is not to be trusted. */
    void stop(GroupId id) {
        LeadingGroup before = leading.remove(id);
        if (before != null) {
            before.end();
        }
    }

    /** The configuration has changed, by {@code delta} if that is known. */
    void follow(ClusterConfig config, @Nullable ConfigDelta delta) {
        AgentEvent event =
                delta == null ? new AgentEvent.ConfigSeen(config) : new AgentEvent.ConfigExtended(delta, config);
        guesses.keySet().removeIf(id -> config.group(ShardAdmission.ref(id)).isEmpty());
        copyOfLeading().forEach(group -> group.step(event));
    }

    private List<LeadingGroup> copyOfLeading() {
        return new ArrayList<>(leading.values());
    }

    boolean isCurrent(LeadingGroup group) {
        return leading.get(group.id()) == group;
    }

    /** Where the leader of another group may be; shared by all that ask, so that one hint serves all. */
    LeaderGuess guess(GroupId source) {
        return guesses.computeIfAbsent(source, _ -> new LeaderGuess(() -> addresses(source)));
    }

    private List<String> addresses(GroupId id) {
        ClusterConfig known = parts.config().get();
        if (known == null) {
            return List.of();
        }
        return known.group(ShardAdmission.ref(id))
                .map(row -> row.replicas().stream()
                        .map(ReplicaRow::nodeId)
                        .flatMap(node -> known.addressOf(node).stream())
                        .toList())
                .orElse(List.of());
    }

    /** Whether the disk has room for a shard of {@code bytes}. Asks the file system, which may take its time. */
    boolean hasRoom(long bytes) {
        try {
            return isRoom(parts.disk().usableBytes(), bytes);
        } catch (DiskException e) {
            return false;
        }
    }

    /**
     * Whether a shard of {@code bytes} fits where this much is free: in the log, in the store, in the store once more
     * while that is compacted, and some to spare. The source says how large it is, and is not believed to make sense.
     */
    static boolean isRoom(long freeBytes, long bytes) {
        return bytes >= 0 && freeBytes >= ROOM_BYTES_MIN && bytes <= (freeBytes - ROOM_BYTES_MIN) / 3;
    }

    // ---- TransferService.Sources

    @Override
    public void requested(TransferService.ImporterStream stream, TransferRequest request) {
        GroupId source = request.name().source();
        LeadingGroup group = leading.get(source);
        if (group != null) {
            group.requested(stream, request);
            return;
        }
        ServedGroup here = parts.groups().apply(source);
        ReplicaId leader = here == null ? null : here.raft().leadership().leader();
        boolean self = here != null && here.raft().leadership().leads();
        stream.notLeader(leader == null || self ? "" : parts.hints().addressOf(leader));
    }

    @Override
    public void ended(TransferService.ImporterStream stream) {
        copyOfLeading().forEach(group -> group.importerGone(stream));
    }
}

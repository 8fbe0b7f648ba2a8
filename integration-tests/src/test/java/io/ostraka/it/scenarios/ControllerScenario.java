package io.ostraka.it.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.RaftStatus;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.raft.runtime.host.RetainedLog;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.testkit.sim.Hosting;
import io.ostraka.raft.testkit.sim.VirtualCluster;
import io.ostraka.raft.testkit.sim.Watcher;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Change.JoiningGroup;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.machine.ControllerStateMachine;
import io.ostraka.shardctrler.state.ControllerState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One run of a classic scenario of the controller: three controllers with production's state machine on production's
 * Raft, in virtual time, and the words in which those tests speak of them. Whenever two controllers have applied the
 * log up to the same entry, their states are compared, whole.
 *
 * <p>Addresses of the classic tests are host names; here they have ports, and belong to nodes that have registered.
 */
final class ControllerScenario implements Watcher {

    static final int CONTROLLERS = 3;

    private static final List<String> ADDRESSES = List.of("x:1", "y:1", "z:1", "a:1", "b:1", "c:1");

    /** After how many entries a controller makes its state durable and cuts its log. */
    private static final int FLUSH_EVERY = 16;

    private final VirtualCluster cluster;
    private final Hosting<ControllerResult, ControllerStateMachine> hosting = new Hosting<>(ControllerScenario::open);
    private final Map<Long, ControllerState> states = new HashMap<>();
    private final Clerk clerk;
    private long clerks;

    ControllerScenario(long seed, int shards) {
        RaftConfig raft = RaftConfig.defaults().withTimings(100, 500, 1_000);
        this.cluster = VirtualCluster.start(
                seed, new VirtualCluster.Shape(CONTROLLERS, raft, new RetainedLog(0, 1 << 20)), hosting, this, null);
        this.clerk = newClerk();
        // Some decisions of a replica must not depend on what its own run has seen: all are founded by the log.
        command(new Initialise(77, shards, List.of(new ControllerMember(1L << 62, 5, "ctrl:1")), Feature.NEWEST_LEVEL));
        for (int node = 1; node <= ADDRESSES.size(); node++) {
            command(new RegisterNode(node, ADDRESSES.get(node - 1), 1, Feature.NEWEST_LEVEL));
        }
    }

    private static ControllerStateMachine open(Disk disk, Membership founding) throws Exception {
        return ControllerStateMachine.open(disk, founding, () -> {});
    }

    @Override
    public void applied(int node, Entry entry) {
        ControllerStateMachine.Published published = hosting.machine(node).published();
        if (published.applied().position().index() == entry.index()) {
            ControllerState other = states.putIfAbsent(entry.index(), published.state());
            if (other != null) {
                assertThat(published.state())
                        .as("state of controller %d at %d", node, entry.index())
                        .isEqualTo(other);
            }
        }
        if (entry.index() % FLUSH_EVERY == 0) {
            cluster.flush(node);
        }
    }

    VirtualCluster cluster() {
        return cluster;
    }

    Hosting<ControllerResult, ControllerStateMachine> hosting() {
        return hosting;
    }

    /** A client with requests of its own. */
    Clerk newClerk() {
        return new Clerk(this, ++clerks);
    }

    // ---- the classic calls

    ControllerResult command(ControllerCommand command) {
        return clerk.command(command);
    }

    ControllerResult change(Change change) {
        return clerk.change(change);
    }

    ControllerResult join(long... gids) {
        return change(joining(gids));
    }

    ControllerResult join(long gid, List<String> addresses) {
        return change(new Change.Join(List.of(new JoiningGroup(gid, addresses, 0))));
    }

    static Change joining(long... gids) {
        List<JoiningGroup> groups = new ArrayList<>();
        for (long gid : gids) {
            groups.add(new JoiningGroup(gid, ADDRESSES.subList(0, 3), 0));
        }
        return new Change.Join(groups);
    }

    ControllerResult leave(long... gids) {
        return change(leaving(gids));
    }

    static Change leaving(long... gids) {
        return new Change.Leave(Arrays.stream(gids).boxed().toList());
    }

    ControllerResult move(int shard, long gid) {
        return change(new Change.Move(shard, gid));
    }

    /** The configuration with this number, the present one for -1, from a leader that has proved to be up to date. */
    ClusterConfig query(long num) {
        long deadline = cluster.nowNanos() + TimeUnit.SECONDS.toNanos(10);
        while (cluster.nowNanos() < deadline) {
            int leader = leader();
            if (leader >= 0) {
                List<ReadResult> answer = new ArrayList<>();
                cluster.read(leader, answer::add);
                for (int wait = 0; wait < 100 && answer.isEmpty(); wait++) {
                    cluster.sleepMillis(10);
                }
                if (!answer.isEmpty() && answer.getFirst() instanceof ReadResult.Ready) {
                    return hosting.machine(leader)
                            .published()
                            .state()
                            .query(num)
                            .orElseThrow();
                }
            }
            cluster.sleepMillis(50);
        }
        throw new AssertionError("no controller answers");
    }

    ClusterConfig config() {
        return query(-1);
    }

    /** The controller that claims to lead in the latest term, or -1. */
    int leader() {
        long latest = -1;
        int leader = -1;
        for (int node = 0; node < CONTROLLERS; node++) {
            Optional<RaftStatus> status = cluster.status(node);
            if (status.isPresent()
                    && status.get().role() == RoleKind.LEADER
                    && status.get().term() > latest) {
                latest = status.get().term();
                leader = node;
            }
        }
        return leader;
    }

    /** Waits until there is a leader, and returns it. */
    int awaitLeader() {
        for (int wait = 0; wait < 1_000; wait++) {
            int leader = leader();
            if (leader >= 0) {
                return leader;
            }
            cluster.sleepMillis(10);
        }
        throw new AssertionError("no controller leads");
    }

    void shutDown(int node) {
        cluster.losePower(node);
    }

    void start(int node) {
        cluster.boot(node);
    }

    // ---- the classic checks

    /** The latest configuration has exactly these groups, each shard is with one of them, to within one as many. */
    void check(Long... gids) {
        ClusterConfig config = config();
        assertThat(members(config)).containsExactlyInAnyOrder(gids);
        Map<Long, Integer> load = new TreeMap<>();
        for (long gid : gids) {
            load.put(gid, 0);
        }
        for (int shard = 0; shard < config.shardCount(); shard++) {
            long gid = desired(config, shard);
            if (gids.length == 0) {
                assertThat(gid).isZero();
            } else {
                assertThat(gid).isIn((Object[]) gids);
                load.merge(gid, 1, Integer::sum);
            }
        }
        if (gids.length > 0) {
            assertThat(Collections.max(load.values()) - Collections.min(load.values()))
                    .isLessThanOrEqualTo(1);
        }
    }

    static void checkSameConfig(ClusterConfig actual, ClusterConfig expected) {
        assertThat(actual.num()).isEqualTo(expected.num());
        for (int shard = 0; shard < expected.shardCount(); shard++) {
            assertThat(actual.desired(shard)).as("shard %d", shard).isEqualTo(expected.desired(shard));
        }
        assertThat(members(actual)).isEqualTo(members(expected));
        for (long gid : members(expected)) {
            assertThat(addresses(actual, gid)).isEqualTo(addresses(expected, gid));
        }
    }

    static List<Long> members(ClusterConfig config) {
        return config.members().stream().map(GroupRow::ref).map(GroupRef::gid).toList();
    }

    /** The group that a shard is planned to, 0 for none. */
    static long desired(ClusterConfig config, int shard) {
        GroupRef desired = config.desired(shard);
        return desired == null ? 0 : desired.gid();
    }

    static List<String> addresses(ClusterConfig config, long gid) {
        return config.group(gid).orElseThrow().replicas().stream()
                .map(replica -> config.addressOf(replica.nodeId()).orElseThrow())
                .toList();
    }

    /** Waits until all controllers have applied the same, and compares what they have. */
    void checkAllAgree() {
        for (int node = 0; node < CONTROLLERS; node++) {
            cluster.boot(node);
            cluster.connect(node);
        }
        ClusterConfig config = config();
        long applied =
                hosting.machine(leader()).published().applied().position().index();
        for (int wait = 0; wait < 500 && !allHaveApplied(applied); wait++) {
            cluster.sleepMillis(10);
        }
        assertThat(allHaveApplied(applied)).as("all controllers catch up").isTrue();
        for (int node = 0; node < CONTROLLERS; node++) {
            assertThat(hosting.machine(node).published().state().config()).isEqualTo(config);
        }
    }

    private boolean allHaveApplied(long index) {
        for (int node = 0; node < CONTROLLERS; node++) {
            if (hosting.machine(node).published().applied().position().index() < index) {
                return false;
            }
        }
        return true;
    }
}

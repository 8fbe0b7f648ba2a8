package io.ostraka.shardkv.server;

import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.GroupStatus;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.host.ProposalCallback;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.host.ReadCallback;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.raft.runtime.host.ThreadWorkers;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.FileDisk;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.shardkv.migration.AgentOptions;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.KvResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The hand-overs of one node, with its wire and without its threads: its loop runs when the test says so, and a node
 * whose loop does not run hangs, its connections being there. What a leader proposes is applied at once.
 */
final class HeldNode implements AutoCloseable {

    static final long CLUSTER = 99;

    private final HeldLoop loop = new HeldLoop();
    private final Map<GroupId, ServedGroup> groups = new HashMap<>();
    private final Map<GroupId, AppliedRaft> rafts = new HashMap<>();
    private final Queue<Runnable> heldReaders = new ArrayDeque<>();
    private final PeerChannels channels = new PeerChannels(
            address -> InProcessChannelBuilder.forName(address).directExecutor().build());
    private final HandOvers handOvers;
    private final Server server;
    private final BackgroundScans scans = new BackgroundScans(new ThreadWorkers(), 0, () -> 0, broken -> {});
    private boolean holdsReaders;
    private int rounds;
    private long term;

    HeldNode(long id, ClusterConfig config, Path directory) throws IOException, DiskException {
        NodeGreeting greeting = new NodeGreeting(id, 1, () -> CLUSTER);
        RouteHints hints = new RouteHints(() -> config, new AddressBook());
        handOvers = new HandOvers(new HandOvers.Parts(
                loop,
                new ControllerLink(List.of("no controller"), channels, loop),
                channels,
                greeting,
                this::read,
                this::read,
                new DigestService(greeting, () -> config, groups::get, channels, hints),
                loop::nowNanos,
                new SplittableRandom(id),
                FileDisk.at(directory),
                AgentOptions.DEFAULT,
                () -> config,
                hints,
                groups::get));
        server = InProcessServerBuilder.forName(address(id))
                .directExecutor()
                .addService(new TransferService(loop, greeting, () -> config, handOvers))
                .build()
                .start();
    }

    static String address(long id) {
        return "node-" + id;
    }

    HeldLoop loop() {
        return loop;
    }

    /** Gives the node a replica of a group. */
    void host(GroupFixture fixture) {
        AppliedRaft raft = new AppliedRaft(fixture);
        ServedGroup.Shared shared = new ServedGroup.Shared(
                NodeOptions.defaults(),
                () -> null,
                new RouteHints(() -> null, new AddressBook()),
                new ParkingLot(loop, loop::nowNanos, 0),
                this::read,
                loop::nowNanos);
        rafts.put(fixture.id(), raft);
        groups.put(
                fixture.id(),
                new ServedGroup(shared, raft, fixture.machine(), new GroupClock(0), new ReplicaDigests(scans)));
    }

    /** The node's replica of the group leads from now on. */
    void lead(GroupFixture fixture) {
        AppliedRaft raft = Objects.requireNonNull(rafts.get(fixture.id()));
        raft.leads = true;
        handOvers.leadershipChanged(fixture.id(), new LeadershipEvent.Leader(++term));
    }

    /**
     * What the node's replica of a group that it leads applies is told to the hand-overs, as its state machine does.
     */
    void applied() {
        handOvers.applied();
    }

    /** The node's replica of the group no longer leads. */
    void follow(GroupFixture fixture) {
        AppliedRaft raft = Objects.requireNonNull(rafts.get(fixture.id()));
        raft.leads = false;
        handOvers.leadershipChanged(fixture.id(), new LeadershipEvent.Follower(++term, null));
    }

    /** From now on, what is for a reader waits. */
    void holdReaders() {
        holdsReaders = true;
    }

    void letReadersGo() {
        holdsReaders = false;
        for (Runnable work = heldReaders.poll(); work != null; work = heldReaders.poll()) {
            work.run();
        }
    }

    int heldReaders() {
        return heldReaders.size();
    }

    /** How many quorum rounds were asked for. */
    int rounds() {
        return rounds;
    }

    private void read(Runnable work) {
        if (holdsReaders) {
            heldReaders.add(work);
        } else {
            work.run();
        }
    }

    @Override
    public void close() {
        channels.close();
        server.shutdownNow();
        scans.close();
    }

    /** A group whose leader's proposals are applied at once. */
    private final class AppliedRaft implements RaftGroup<KvResult> {

        private final GroupFixture fixture;
        private boolean leads;

        AppliedRaft(GroupFixture fixture) {
            this.fixture = fixture;
        }

        @Override
        public ReplicaDescriptor descriptor() {
            return new ReplicaDescriptor(
                    fixture.id(), fixture.options().replica(), fixture.options().founding(), true);
        }

        @Override
        public void propose(Bytes command, Budget budget, ProposalCallback<KvResult> callback) {
            if (!leads) {
                callback.completed(new ProposalResult.Unknown<>());
                return;
            }
            KvResult result = fixture.applyBytes(command);
            callback.completed(
                    new ProposalResult.Applied<>(fixture.machine().view().applied(), result));
        }

        @Override
        public void read(ReadCallback callback) {
            rounds++;
            callback.completed(new ReadResult.Ready(term, appliedIndex(), false));
        }

        @Override
        public Leadership leadership() {
            return leads ? new Leadership(term, true, fixture.options().replica(), 1, 0, false) : Leadership.NONE;
        }

        @Override
        public long appliedIndex() {
            return fixture.machine().view().applied().index();
        }

        @Override
        public void transferLeadership(@Nullable ReplicaId target) {
            throw new AssertionError("a hand-over moves no leadership");
        }

        @Override
        public GroupStatus status() {
            throw new AssertionError("a hand-over asks for no status");
        }
    }
}

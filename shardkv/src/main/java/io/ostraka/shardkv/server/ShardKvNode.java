package io.ostraka.shardkv.server;

import io.grpc.BindableService;
import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.GroupRow;
import io.ostraka.proto.config.HostPort;
import io.ostraka.proto.config.NodeRow;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.Clock;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.host.ReplicaHost;
import io.ostraka.raft.runtime.host.Workers;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.storage.Disk;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.NodeDirectoryException;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import io.ostraka.raft.runtime.transport.Connector;
import io.ostraka.shardkv.migration.AgentOptions;
import io.ostraka.shardkv.migration.DigestOptions;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.shard.ApplyLimits;
import io.ostraka.shardkv.shard.GroupListener;
import io.ostraka.shardkv.shard.GroupOptions;
import io.ostraka.shardkv.shard.GroupStateMachine;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.QuarantineMark;
import io.ostraka.shardkv.shard.ShardScan;
import io.ostraka.shardkv.store.KvStore;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node, but for the wiring of its process: serves clients, hosts the replicas that the configuration names for it,
 * hands shards over, and says how it is.
 *
 * <p>The caller opens directory, log, host and store before and closes them after it, in that order reversed: first the
 * gRPC server, then the node, the host, the log, the store, the directory.
 */
public final class ShardKvNode implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ShardKvNode.class);
    private static final long READERS_PATIENCE_SECONDS = 10;
    private static final long CACHE_MILLIS = 500;

    /**
     * What a node works with. It closes none of it.
     *
     * @param directory the node's identity and descriptors
     * @param disk the data directory's files, among which the last known configuration is kept
     * @param workers makes the node's threads
     * @param host a started host
     * @param log the log that the host writes
     * @param logBytes what that log takes on disk, for status
     * @param store the node's store
     * @param addresses the host's address book; the node keeps it in step with the configuration
     * @param connect opens a connection to an address, {@code host:port}, which takes messages of
     *     {@link io.ostraka.proto.Limits#MESSAGE_BYTES_MAX}; the node closes what it opened
     * @param clock the host's clock
     * @param random for back-off and for the ids of hand-overs
     */
    public record Parts(
            NodeDirectory directory,
            Disk disk,
            Workers workers,
            ReplicaHost host,
            LogStore log,
            LongSupplier logBytes,
            KvStore store,
            AddressBook addresses,
            Connector connect,
            Clock clock,
            RandomGenerator random) {}

    /**
     * Who a node is.
     *
     * @param address under which clients and other nodes reach it, {@code host:port}
     * @param controllers addresses of the controllers
     * @param options its bounds
     */
    public record Settings(String address, List<String> controllers, NodeOptions options) {

        /** Refuses malformed addresses with {@link IllegalArgumentException}. */
        public Settings {
            HostPort.parse(address);
            controllers = List.copyOf(controllers);
            controllers.forEach(HostPort::parse);
        }
    }

    private final Parts parts;
    private final NodeGreeting greeting;
    private final ControlLoop loop;
    private final PeerChannels channels;
    private final ControllerLink link;
    private final ExecutorService readers;
    private final BackgroundScans scans;
    private final ConfigCache cache;
    private final ConfigWatch watch;
    private final Registration registration;
    private final ReplicaHosting hosting;
    private final ServedGroup.Shared shared;
    private final ConcurrentNavigableMap<GroupId, ServedGroup> groups = new ConcurrentSkipListMap<>();
    private final HandOvers handOvers;
    private final ClientStreams streams = new ClientStreams();
    private final List<BindableService> services;
    private final Consumer<Throwable> onBroken;
    private volatile long clusterId;

    /**
     * A node that does nothing until {@link #start}; its services refuse with NOT_READY until then.
     *
     * @param recovered what opening the log found
     * @param onBroken told, from any thread, when the node cannot go on: the process must stop
     */
    public ShardKvNode(Parts parts, Settings settings, Recovery recovered, Consumer<Throwable> onBroken) {
        this.parts = parts;
        this.onBroken = onBroken;
        clusterId = parts.directory().clusterId();
        greeting = new NodeGreeting(
                parts.directory().nodeId().value(), parts.directory().startCounter(), () -> clusterId);
        loop = new ControlLoop(parts.workers(), onBroken);
        channels = new PeerChannels(parts.connect());
        readers = parts.workers().pool("ostraka-reader", settings.options().readThreads());
        cache = new ConfigCache(parts.disk());
        LongSupplier nanoTime = parts.clock()::nanoTime;
        scans = new BackgroundScans(parts.workers(), settings.options().digestBytesPerSecond(), nanoTime, onBroken);
        link = new ControllerLink(settings.controllers(), channels, loop);
        watch = new ConfigWatch(watchParts(nanoTime), () -> clusterId, this::follow);
        registration =
                new Registration(watchParts(nanoTime), greeting, settings.address(), this::joinCluster, onBroken);
        hosting = new ReplicaHosting(
                new ReplicaHosting.Parts(parts.directory(), parts.log(), link, loop, new Replicas()), recovered);
        RouteHints hints = new RouteHints(watch::current, parts.addresses());
        shared = new ServedGroup.Shared(
                settings.options(),
                watch::current,
                hints,
                new ParkingLot(loop, nanoTime, settings.options().parkedMax()),
                this::read,
                nanoTime);
        KvRouter router = new KvRouter(
                watch::current, groups::get, hints, settings.options().valueBytesMax());
        DigestService digests = new DigestService(greeting, watch::current, groups::get, channels, hints);
        handOvers = new HandOvers(new HandOvers.Parts(
                loop,
                link,
                channels,
                greeting,
                this::read,
                scans,
                digests,
                nanoTime,
                parts.random(),
                parts.disk(),
                AgentOptions.DEFAULT.withDigests(digests(settings.options())),
                watch::current,
                hints,
                groups::get));
        services = List.of(
                new TransferService(loop, greeting, watch::current, handOvers),
                digests,
                new KvService(greeting, router, streams, settings.options().streamPendingBytesMax()),
                new NodeStatusService(new NodeStatusService.Sources(
                        this::read,
                        greeting,
                        settings.address(),
                        settings.options().version(),
                        nanoTime,
                        parts.logBytes(),
                        parts.store(),
                        watch::current,
                        groups::values,
                        hosting::troubles)));
    }

    private ConfigWatch.Parts watchParts(LongSupplier nanoTime) {
        return new ConfigWatch.Parts(link, loop, new Backoff(50, 2_000, parts.random()), nanoTime);
    }

    private static DigestOptions digests(NodeOptions options) {
        return options.digestBytesPerSecond() == 0
                ? DigestOptions.OFF
                : DigestOptions.OFF.withPauseNanos(TimeUnit.MILLISECONDS.toNanos(options.digestIntervalMillis()));
    }

    /** The services to offer, all on the node's one address. Handlers do not block: a direct executor suits them. */
    public List<BindableService> services() {
        return services;
    }

    /**
     * Opens the replicas of the directory, registers, and follows the configuration; once the address is listened on.
     */
    public void start() {
        loop.execute(() -> {
            ClusterConfig known = clusterId == 0 ? null : cache.read(clusterId);
            watch.start(known);
            if (known != null) {
                adopt(known, false);
            }
            registration.start();
        });
    }

    /** The configuration that the node knows. */
    public Optional<ClusterConfig> config() {
        return Optional.ofNullable(watch.current());
    }

    /** Refuses clients that come from now on, with the advice to go elsewhere; those that are here are served on. */
    public void takeNoMoreClients() {
        streams.takeNoMore();
    }

    /**
     * Ends the streams of all clients, each after the answers to what it has taken; completes when the last has ended.
     * Meant for when others lead the groups, so that what clients send meanwhile is answered with where to go.
     */
    public CompletableFuture<Void> dismissClients() {
        return streams.end();
    }

    /**
     * Stops following and serving, and waits for what runs on its own threads, up to 10 seconds each. The replicas stay
     * open: closing the host closes them.
     */
    @Override
    public void close() {
        var _ = streams.end();
        loop.execute(watch::stop);
        loop.close();
        channels.close();
        scans.close();
        readers.shutdown();
        try {
            if (!readers.awaitTermination(READERS_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a read of the store did not end within {} s", READERS_PATIENCE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(Runnable work) {
        if (!readers.isShutdown()) {
            readers.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    onBroken.accept(e);
                }
            });
        }
    }

    // ---- on the control loop

    private void follow(ClusterConfig config, @Nullable ConfigDelta delta) {
        joinCluster(config.clusterId());
        if (cache.note(config)) {
            loop.schedule(cache::save, CACHE_MILLIS);
        }
        adopt(config, true);
        registration.follow(config);
        handOvers.follow(config, delta);
        Set<String> inUse = link.addressesInUse();
        config.nodes().values().forEach(node -> inUse.add(node.address()));
        channels.keepOnly(inUse);
    }

    private void adopt(ClusterConfig config, boolean confirmed) {
        if (config.terms().featureLevel() > Feature.NEWEST_LEVEL) {
            // Its groups' logs may hold what this version cannot apply; another one may apply it.
            onBroken.accept(new IllegalStateException("the cluster's logs may hold what came with feature level "
                    + config.terms().featureLevel() + ", and this version knows " + Feature.NEWEST_LEVEL
                    + ": start the node with a newer version"));
            return;
        }
        for (NodeRow node : config.nodes().values()) {
            config.addressOf(node.nodeId())
                    .map(HostPort::parse)
                    .ifPresent(at -> parts.addresses()
                            .setAddress(
                                    new NodeId(node.nodeId()),
                                    InetSocketAddress.createUnresolved(at.host(), at.port())));
        }
        for (GroupRow group : config.groups().values()) {
            for (ReplicaRow replica : group.replicas()) {
                if (replica.nodeId() == 0) {
                    // Controllers that were restored do not know yet who has it; it is where it was.
                    continue;
                }
                parts.addresses().setNode(new ReplicaId(replica.replicaId()), new NodeId(replica.nodeId()));
            }
        }
        hosting.follow(config, confirmed);
    }

    private void joinCluster(long named) {
        try {
            parts.directory().joinCluster(named);
            clusterId = named;
        } catch (NodeDirectoryException e) {
            LOG.error("{}", e.getMessage());
        } catch (DiskException e) {
            throw new IllegalStateException("cannot note the cluster's id: " + e.getMessage(), e);
        }
    }

    /** Opens and removes replicas. */
    private final class Replicas implements ReplicaHosting.Runner {

        @Override
        public void run(ReplicaDescriptor replica, ReplicaRecovery found, int shards) throws DamagedReplicaException {
            GroupClock clock = new GroupClock(parts.clock().nanoTime());
            Watcher watcher = new Watcher(replica.group(), clock);
            GroupStateMachine machine = GroupStateMachine.open(
                    new GroupOptions(
                            replica.group(),
                            replica.replica(),
                            replica.founding(),
                            shards,
                            SessionOptions.DEFAULT,
                            ApplyLimits.DEFAULT),
                    parts.store(),
                    watcher);
            watcher.lookAt(machine.view());
            clock.observe(machine.view().logTimeMillis(), parts.clock().nanoTime());
            RaftGroup<KvResult> raft = parts.host().open(replica, found, machine);
            groups.put(replica.group(), new ServedGroup(shared, raft, machine, clock, watcher.digests));
        }

        @Override
        public void removeData(ReplicaDescriptor replica, Runnable done) {
            // After a restart the node must not know less than that by which it removed something.
            cache.save();
            ServedGroup group = groups.remove(replica.group());
            if (group != null) {
                group.end();
            }
            handOvers.stop(replica.group());
            var _ = parts.host()
                    .close(replica.replica())
                    .whenComplete((_, failure) -> loop.execute(() -> {
                        if (failure != null) {
                            throw new IllegalStateException("cannot close replica " + replica.replica(), failure);
                        }
                        GroupStateMachine.erase(parts.store(), replica.replica());
                        parts.store().flush();
                        done.run();
                    }));
        }
    }

    /** Follows one state machine on the apply thread. */
    private final class Watcher implements GroupListener {

        private final GroupId group;
        private final GroupClock clock;
        private final ReplicaDigests digests = new ReplicaDigests(scans);
        private boolean leads;
        private boolean quarantined;

        Watcher(GroupId group, GroupClock clock) {
            this.group = group;
            this.clock = clock;
        }

        @Override
        public void digestBegun(ShardScan scan) {
            digests.begin(scan);
        }

        /** Says when the state is found out not to be trusted, and when it was replaced. */
        void lookAt(GroupView view) {
            QuarantineMark mark = view.quarantine();
            if (mark != null && !quarantined) {
                LOG.error(
                        "group {}: what this node holds is not to be trusted: shard {} as of entry {} differed from"
                                + " what a majority holds. It serves nothing of the group until a peer's state has"
                                + " replaced it",
                        group,
                        mark.shard(),
                        mark.digestIndex());
                loop.execute(() -> handOvers.stop(group));
            } else if (mark == null && quarantined) {
                LOG.info(
                        "group {}: a peer's state, up to entry {}, has replaced what was not to be trusted",
                        group,
                        view.applied().index());
            }
            quarantined = mark != null;
        }

        @Override
        public void leadershipChanged(LeadershipEvent event) {
            leads = event instanceof LeadershipEvent.Leader;
            loop.execute(() -> handOvers.leadershipChanged(group, event));
        }

        @Override
        public void applied(GroupView view) {
            lookAt(view);
            long now = parts.clock().nanoTime();
            if (leads) {
                clock.observe(view.logTimeMillis(), now);
                handOvers.applied();
            } else {
                clock.follow(view.logTimeMillis(), now);
            }
        }
    }

    /** The group, if this node has a running replica of it. */
    @Nullable
    ServedGroup group(GroupId id) {
        return groups.get(id);
    }
}

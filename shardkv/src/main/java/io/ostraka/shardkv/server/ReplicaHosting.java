package io.ostraka.shardkv.server;

import io.ostraka.proto.Limits;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.controller.HostedReplica;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.ReplicaCreated;
import io.ostraka.proto.controller.ReportRequest;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.runtime.host.DamagedReplicaException;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogStore;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.NodeDirectory;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the replicas of a node what {@link HostingPlan} says: creates and reports them, runs them once they are
 * recorded, removes them with their data. Every step is durable before the next begins, and a crash between two repeats
 * the rest.
 *
 * <p>Works on the control loop; {@link #troubles} may be read by any thread.
 */
final class ReplicaHosting {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaHosting.class);
    private static final long REVIEW_MILLIS = 2_000;
    private static final long REPORT_AGAIN_MILLIS = 100;

    /** What starts and ends a replica that this class has decided on. */
    interface Runner {

        /** Opens the replica, which takes part from now on. */
        void run(ReplicaDescriptor replica, ReplicaRecovery found, int shards) throws DamagedReplicaException;

        /** Ends the replica if it runs, and deletes its data; then calls {@code done} on the control loop. */
        void removeData(ReplicaDescriptor replica, Runnable done);
    }

    /** Something of a replica that an operator should know. */
    record Trouble(GroupId group, ReplicaId replica, String what) {}

    /** What the hosting works with. */
    record Parts(NodeDirectory directory, LogStore log, ControllerLink link, TaskLoop loop, Runner runner) {}

    private final Parts parts;
    private final NodeId self;
    private final SortedMap<ReplicaId, ReplicaRecovery> recovered;
    private final SortedMap<ReplicaId, ReplicaDescriptor> here = new TreeMap<>();
    private final Set<ReplicaId> running = new HashSet<>();
    private final Set<ReplicaId> underWay = new HashSet<>();
    /** Replicas whose log has begun, and whose creation got no further. */
    private final Set<ReplicaId> begun = new HashSet<>();
    /** Replicas that this node removed, as far as it remembers: they may have voted, and are never created again. */
    private final Set<ReplicaId> removed;

    private final Map<ReplicaId, Trouble> troubles = new ConcurrentSkipListMap<>();
    private final Set<GroupRef> knownSince = new HashSet<>();
    /** Replicas whose groups the controllers do not know any more. */
    private final Map<ReplicaId, Trouble> strangers = new ConcurrentSkipListMap<>();

    private @Nullable ClusterConfig config;
    private boolean upToDate;
    private boolean reporting;
    private boolean moreToReport;

    /** @param found what the shared log held of each replica when the process started */
    ReplicaHosting(Parts parts, Recovery found) {
        this.parts = parts;
        this.recovered = new TreeMap<>(found.replicas());
        this.removed = new HashSet<>(found.removed());
        self = parts.directory().nodeId();
    }

    /**
     * Takes stock of the directory and of the log. What the log holds without a descriptor comes from a removal that
     * did not end, which is ended now; or from a creation that did not: that is still as it began, and waits to be
     * continued, for the log takes no replica again that was removed from it. It waits for good if its group is gone by
     * now: a controller that lags may know nothing of the group yet, so nobody can tell.
     */
    private void begin() {
        for (ReplicaDescriptor replica : parts.directory().replicas()) {
            recovered.computeIfAbsent(
                    replica.replica(), _ -> new ReplicaRecovery.Damaged("the log holds nothing of it"));
            if (!isController(replica)) {
                here.put(replica.replica(), replica);
            }
        }
        for (ReplicaId id : List.copyOf(recovered.keySet())) {
            // A controller's replica may be on its way from log to descriptor just now.
            if (hasDescriptor(id) || id.value() > Limits.GROUP_REPLICA_ID_MAX) {
                continue;
            }
            boolean asItBegan = ReplicaRecovery.Recovered.BEGUN.equals(recovered.remove(id));
            if (asItBegan) {
                begun.add(id);
            } else {
                removed.add(id);
                parts.log().submit(new LogWrite.Remove(id), _ -> {});
            }
        }
        parts.loop().repeat(this::review, REVIEW_MILLIS);
    }

    /**
     * Follows a configuration, from the first one on.
     *
     * @param confirmed false for one that was kept over a restart: by it replicas run, but none is created, removed or
     *     missed, since things may have moved on
     */
    void follow(ClusterConfig newer, boolean confirmed) {
        boolean first = config == null;
        ClusterConfig before = config;
        if (before == null || before.num() < newer.terms().lastRestoredAt()) {
            knownSince.clear();
        } else {
            before.groups().keySet().stream()
                    .filter(group -> newer.terms().mayHaveLost(group.incarnation()))
                    .forEach(knownSince::add);
        }
        config = newer;
        upToDate = confirmed;
        if (first) {
            begin();
        }
        review();
    }

    /** What is wrong with replicas of this node. */
    List<Trouble> troubles() {
        return Stream.concat(troubles.values().stream(), strangers.values().stream())
                .toList();
    }

    private void review() {
        ClusterConfig known = config;
        if (known == null) {
            return;
        }
        ReportRequest.Builder report = ReportRequest.newBuilder().setClusterId(known.clusterId());
        List<HostingPlan.Step> steps = HostingPlan.of(known, self, here, knownSince);
        strangers
                .keySet()
                .removeIf(id -> steps.stream()
                        .noneMatch(step -> step instanceof HostingPlan.Step.Tell
                                && step.id().equals(id)));
        for (HostingPlan.Step step : steps) {
            switch (step) {
                case HostingPlan.Step.Report(ReplicaDescriptor replica) -> report.addCreated(creationOf(replica));
                case HostingPlan.Step.Run(ReplicaDescriptor replica) -> run(replica, known.shardCount());
                case HostingPlan.Step.Create(ReplicaDescriptor replica) when upToDate -> create(replica);
                case HostingPlan.Step.Remove(ReplicaDescriptor replica) when upToDate -> remove(replica);
                case HostingPlan.Step.Missing(GroupId group, ReplicaId replica)
                when upToDate -> missing(group, replica);
                case HostingPlan.Step.Tell(ReplicaDescriptor replica)
                when upToDate -> {
                    report.addHosted(hosted(replica));
                    stranger(replica);
                }
                case HostingPlan.Step.Tell _ -> {}
                case HostingPlan.Step.Create _ -> {}
                case HostingPlan.Step.Remove _ -> {}
                case HostingPlan.Step.Missing _ -> {}
            }
        }
        forgetTroublesOfOthers(steps);
        if (report.getCreatedCount() + report.getHostedCount() == 0) {
            return;
        }
        if (reporting) {
            moreToReport = true;
        } else {
            reporting = true;
            moreToReport = false;
            parts.link().report(report, this::reported);
        }
    }

    /** What is no longer this node's business troubles nobody. */
    private void forgetTroublesOfOthers(List<HostingPlan.Step> steps) {
        Set<ReplicaId> concerned = new HashSet<>();
        for (HostingPlan.Step step : steps) {
            concerned.add(step.id());
        }
        troubles.keySet().retainAll(concerned);
    }

    /**
     * One report at a time. It is repeated until the configuration shows its record, and repeats are refused: so the
     * configuration says what holds, not the answer.
     */
    private void reported(@Nullable NodeReply reply) {
        reporting = false;
        if (reply == null || ControllerLink.isElsewhere(reply.getCode())) {
            parts.loop().schedule(this::review, REPORT_AGAIN_MILLIS);
        } else if (moreToReport) {
            review();
        }
        if (reply != null && reply.getCode() == StatusCode.REJECTED) {
            LOG.debug("the controller does not take the report of replicas: {}", reply.getMessage());
        }
    }

    private ReplicaCreated creationOf(ReplicaDescriptor replica) {
        return ReplicaCreated.newBuilder()
                .setGroup(ConfigWire.toWire(ShardAdmission.ref(replica.group())))
                .setReplicaId(replica.replica().value())
                .setNodeId(self.value())
                .build();
    }

    private HostedReplica hosted(ReplicaDescriptor replica) {
        return HostedReplica.newBuilder()
                .setGroup(ConfigWire.toWire(ShardAdmission.ref(replica.group())))
                .setReplicaId(replica.replica().value())
                .setNodeId(self.value())
                .addAllMembers(replica.founding().voters().stream()
                        .map(ReplicaId::value)
                        .toList())
                .build();
    }

    private void stranger(ReplicaDescriptor replica) {
        Trouble found = new Trouble(
                replica.group(),
                replica.replica(),
                "the controllers were restored from a backup that does not have its group, which joined later; it is"
                        + " kept, and they were told of it");
        if (!found.equals(strangers.put(replica.replica(), found))) {
            LOG.warn("replica {} of group {}: {}", replica.replica(), replica.group(), found.what());
        }
    }

    private void create(ReplicaDescriptor replica) {
        ReplicaId id = replica.replica();
        if (removed.contains(id)) {
            trouble(
                    replica.group(),
                    id,
                    "this node removed it, and does not create it again: the controller that still plans it here lags");
            return;
        }
        if (!underWay.add(id)) {
            return;
        }
        if (begun.remove(id)) {
            parts.loop().execute(() -> created(replica));
            return;
        }
        LogWrite first = new LogWrite.Restart(id, LogPosition.ZERO);
        parts.log().submit(first, _ -> parts.loop().execute(() -> created(replica)));
    }

    /** The log has begun durably; now there may be a descriptor. */
    private void created(ReplicaDescriptor replica) {
        put(replica);
        recovered.put(replica.replica(), ReplicaRecovery.Recovered.BEGUN);
        underWay.remove(replica.replica());
        LOG.info("created replica {} of group {}", replica.replica(), replica.group());
        review();
    }

    private void run(ReplicaDescriptor replica, int shards) {
        ReplicaId id = replica.replica();
        if (running.contains(id) || underWay.contains(id) || troubles.containsKey(id)) {
            return;
        }
        ReplicaDescriptor recorded = replica.asRecorded();
        if (!replica.recorded()) {
            put(recorded);
        }
        ReplicaRecovery found = recovered.getOrDefault(id, new ReplicaRecovery.Damaged("it was opened before"));
        try {
            parts.runner().run(recorded, found, shards);
            running.add(id);
            recovered.remove(id);
        } catch (DamagedReplicaException e) {
            trouble(recorded.group(), id, String.valueOf(e.getMessage()));
        }
    }

    private void remove(ReplicaDescriptor replica) {
        ReplicaId id = replica.replica();
        if (!underWay.add(id)) {
            return;
        }
        LOG.info("removing replica {} of group {}, which the configuration no longer has", id, replica.group());
        running.remove(id);
        removed.add(id);
        parts.runner().removeData(replica, () -> {
            try {
                parts.directory().remove(id);
            } catch (DiskException e) {
                throw new IllegalStateException("cannot remove replica " + id + ": " + e.getMessage(), e);
            }
            here.remove(id);
            troubles.remove(id);
            recovered.remove(id);
            parts.log().submit(new LogWrite.Remove(id), _ -> parts.loop().execute(() -> underWay.remove(id)));
        });
    }

    private void missing(GroupId group, ReplicaId replica) {
        trouble(
                group,
                replica,
                "the controller has recorded it as created on this node, but the data directory does not have it: it is"
                        + " lost, and the group goes on with its other replicas; to get back to full strength, let a"
                        + " new group join and this one leave");
    }

    private void trouble(GroupId group, ReplicaId replica, String what) {
        Trouble found = new Trouble(group, replica, what);
        if (!found.equals(troubles.put(replica, found))) {
            LOG.error("replica {} of group {}: {}", replica, group, what);
        }
    }

    private void put(ReplicaDescriptor replica) {
        try {
            parts.directory().put(replica);
            here.put(replica.replica(), replica);
        } catch (DiskException e) {
            throw new IllegalStateException(
                    "cannot write the descriptor of replica " + replica.replica() + ": " + e.getMessage(), e);
        }
    }

    private boolean hasDescriptor(ReplicaId id) {
        return parts.directory().replicas().stream()
                .anyMatch(replica -> replica.replica().equals(id));
    }

    private static boolean isController(ReplicaDescriptor replica) {
        return replica.group().equals(GroupId.CONTROLLER);
    }
}

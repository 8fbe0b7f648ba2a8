package io.ostraka.shardkv.server;

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
    private final Map<ReplicaId, Trouble> troubles = new ConcurrentSkipListMap<>();
    private final Set<GroupRef> knownSince = new HashSet<>();
    /** Replicas whose groups the controllers do not know any more. */
    private final Map<ReplicaId, Trouble> strangers = new ConcurrentSkipListMap<>();

    private @Nullable ClusterConfig config;
    private boolean upToDate;
    private boolean reporting;
    private boolean moreToReport;

    /** @param recovered what the shared log holds of each replica since the start of the process */
    ReplicaHosting(Parts parts, Map<ReplicaId, ReplicaRecovery> recovered) {
        this.parts = parts;
        this.recovered = new TreeMap<>(recovered);
        self = parts.directory().nodeId();
    }

    /** Takes stock of the directory, and removes what a creation that did not end has left in the log. */
    private void begin() {
        for (ReplicaDescriptor replica : parts.directory().replicas()) {
            recovered.computeIfAbsent(
                    replica.replica(), _ -> new ReplicaRecovery.Damaged("the log holds nothing of it"));
            if (!isController(replica)) {
                here.put(replica.replica(), replica);
            }
        }
        for (ReplicaId id : List.copyOf(recovered.keySet())) {
            if (parts.directory().replicas().stream()
                    .noneMatch(replica -> replica.replica().equals(id))) {
                recovered.remove(id);
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
                case HostingPlan.Step.Report(ReplicaDescriptor replica) -> report.addCreated(created(replica));
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

    private ReplicaCreated created(ReplicaDescriptor replica) {
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
        if (!underWay.add(id)) {
            return;
        }
        LogWrite first = new LogWrite.Restart(id, LogPosition.ZERO);
        parts.log()
                .submit(
                        first,
                        _ -> parts.loop().execute(() -> {
                            put(replica);
                            recovered.put(id, new ReplicaRecovery.Recovered(null, LogPosition.ZERO, List.of()));
                            underWay.remove(id);
                            LOG.info("created replica {} of group {}", id, replica.group());
                            review();
                        }));
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

    private static boolean isController(ReplicaDescriptor replica) {
        return replica.group().equals(GroupId.CONTROLLER);
    }
}

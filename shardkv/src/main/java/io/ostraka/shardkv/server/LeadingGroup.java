package io.ostraka.shardkv.server;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.controller.KnownGroups;
import io.ostraka.proto.controller.OwnerReport;
import io.ostraka.proto.controller.ReportRequest;
import io.ostraka.proto.controller.ShardClaim;
import io.ostraka.proto.controller.ShardSize;
import io.ostraka.proto.controller.TokenState;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.migration.AgentAction;
import io.ostraka.shardkv.migration.AgentEvent;
import io.ostraka.shardkv.migration.GroupAgent;
import io.ostraka.shardkv.migration.LogClock;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import io.ostraka.shardkv.shard.FrozenDigest;
import io.ostraka.shardkv.shard.GroupConfig;
import io.ostraka.shardkv.shard.GroupView;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One term of leadership of one group: gives its agent the events and does what the agent says. It decides nothing.
 * Once it has ended, whatever still comes back is dropped. Works on the control loop.
 */
final class LeadingGroup {

    private static final Logger LOG = LoggerFactory.getLogger(LeadingGroup.class);

    /** After that long without an event or an action an agent rests: longer than it ever waits before it asks again. */
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long RESTING_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ServedGroup group;
    private final HandOvers.Parts parts;
    private final HandOvers owner;
    private final GroupAgent agent;
    private final Map<ExportName, SourceStream> sources = new HashMap<>();
    private final Map<Long, TransferService.ImporterStream> importers = new HashMap<>();
    private @Nullable GroupView seen;
    private boolean expires;
    private long stirredNanos;
    private long tickedNanos;

    LeadingGroup(ServedGroup group, HandOvers.Parts parts, HandOvers owner) {
        this.group = group;
        this.parts = parts;
        this.owner = owner;
        long now = parts.nanoTime().getAsLong();
        stirredNanos = now;
        tickedNanos = now;
        LogClock clock = new LogClock(group.logTimeMillis(), now);
        agent = new GroupAgent(group.id(), group.machine().view(), clock, parts.options(), parts.random(), now);
    }

    GroupId id() {
        return group.id();
    }

    /**
     * Time has passed. While the agent has nothing to do and nothing can fall due, most of that is passed over.
     *
     * @return in how many milliseconds to come back at the latest; as often as one likes where it is 0
     */
    long tick() {
        if (!isCurrent()) {
            return TimeUnit.NANOSECONDS.toMillis(RESTING_TICK_NANOS);
        }
        long now = parts.nanoTime().getAsLong();
        GroupView view = group.machine().view();
        boolean news = view != seen;
        if (news) {
            seen = view;
            expires = view.known().stream().anyMatch(shard -> shard.nextExpiryMillis() != Long.MAX_VALUE);
        }
        if (news || !rests(now) || now - tickedNanos >= RESTING_TICK_NANOS) {
            tickedNanos = now;
            give(new AgentEvent.Applied(view));
            give(new AgentEvent.Tick());
        }
        return rests(now) ? TimeUnit.NANOSECONDS.toMillis(tickedNanos + RESTING_TICK_NANOS - now) : 0;
    }

    private boolean rests(long now) {
        return !expires && sources.isEmpty() && importers.isEmpty() && now - stirredNanos > REST_NANOS;
    }

    /** An importer asks. */
    void requested(TransferService.ImporterStream stream, TransferRequest request) {
        importers.put(stream.streamId(), stream);
        step(new AgentEvent.FromImporter(stream.streamId(), request));
    }

    /** An importer's stream has ended. */
    void importerGone(TransferService.ImporterStream stream) {
        if (importers.remove(stream.streamId(), stream)) {
            step(new AgentEvent.ImporterGone(stream.streamId()));
        }
    }

    /** Leadership is over: all streams end. */
    void end() {
        sources.values().forEach(stream -> stream.close(false));
        sources.clear();
        importers.values().forEach(stream -> stream.notLeader(""));
        importers.clear();
    }

    /** Gives the agent an event, does what it says, and has it ticked often for a while. */
    void step(AgentEvent event) {
        stirredNanos = parts.nanoTime().getAsLong();
        give(event);
        owner.wake();
    }

    private void give(AgentEvent event) {
        long now = parts.nanoTime().getAsLong();
        for (AgentAction action : agent.step(event, now)) {
            stirredNanos = now;
            act(action);
        }
    }

    /** Whether this leadership still has a say: not once what the replica holds is found out not to be trusted. */
    private boolean isCurrent() {
        return owner.isCurrent(this) && !group.isQuarantined();
    }

    /** Brings an event back from another thread, if this leadership still lasts. */
    private void later(AgentEvent event) {
        parts.loop().execute(() -> {
            if (isCurrent()) {
                give(new AgentEvent.Applied(group.machine().view()));
                step(event);
            }
        });
    }

    private void act(AgentAction action) {
        switch (action) {
            case AgentAction.Propose(long proposalId, Command command, boolean protocol) ->
                propose(proposalId, command, protocol);
            case AgentAction.SendToSource(TransferRequest request) ->
                source(request.name()).send(request);
            case AgentAction.CloseSource(ExportName name, boolean silent) -> closeSource(name, silent);
            case AgentAction.SendToImporter(long streamId, TransferReply reply) -> {
                TransferService.ImporterStream stream = importers.get(streamId);
                if (stream != null) {
                    stream.reply(reply);
                }
            }
            case AgentAction.ProveReady(ExportName name, long bytes) ->
                parts.readers().execute(() -> proveReady(name, bytes));
            case AgentAction.ReadFrozen(long streamId, ExportName name, Bytes afterKey) -> {
                TransferService.ImporterStream stream = importers.get(streamId);
                if (stream != null) {
                    stream.whenTaken(() -> parts.scans()
                            .execute(() -> later(new AgentEvent.FrozenRead(
                                    streamId, name, group.machine().readFrozen(name, afterKey)))));
                }
            }
            case AgentAction.DigestFrozen(long streamId, ExportName name, Bytes lastKey) -> {
                FrozenDigest digest = group.machine().digestFrozen(name, lastKey);
                parts.scans()
                        .inPieces(
                                () -> digest.step(BackgroundScans.PIECE_BYTES),
                                () -> later(new AgentEvent.FrozenDigested(streamId, name, digest.digest())));
            }
            case AgentAction.AskDigests(long index, List<ReplicaId> replicas) ->
                replicas.forEach(replica -> parts.digests()
                        .ask(
                                group,
                                replica,
                                index,
                                answer -> later(new AgentEvent.DigestAnswered(replica, index, answer))));
            case AgentAction.ReportKnown(GroupConfig config) -> reportKnown(config);
            case AgentAction.Report report -> report(report);
            case AgentAction.Alarm(String message) -> LOG.error("group {}: {}", id(), message);
        }
    }

    /** The disk first, on a thread that may wait for it: the proof of the quorum is to be fresh. */
    private void proveReady(ExportName name, long bytes) {
        if (owner.hasRoom(bytes)) {
            group.raft().read(result -> later(new AgentEvent.ReadyProved(name, result instanceof ReadResult.Ready)));
        } else {
            LOG.warn("group {}: no room on the disk for {} bytes of shard {}", id(), bytes, name.shard());
            later(new AgentEvent.ReadyProved(name, false));
        }
    }

    private void propose(long proposalId, Command command, boolean protocol) {
        Bytes entry = CommandCodec.encode(new StampedCommand(group.logTimeMillis(), command));
        group.raft()
                .propose(
                        entry,
                        protocol ? Budget.PROTOCOL : Budget.BACKGROUND,
                        outcome -> later(new AgentEvent.Proposed(proposalId, resultOf(outcome))));
    }

    private static @Nullable KvResult resultOf(ProposalResult<KvResult> outcome) {
        return switch (outcome) {
            case ProposalResult.Applied<KvResult> applied -> applied.result();
            case ProposalResult.Refused<KvResult> _ -> null;
            case ProposalResult.Unknown<KvResult> _ -> null;
        };
    }

    private SourceStream source(ExportName name) {
        return sources.computeIfAbsent(
                name,
                _ -> new SourceStream(
                        new SourceStream.Parts(parts.channels(), parts.loop(), parts.greeting(), parts.config()),
                        name.source(),
                        owner.guess(name.source()),
                        new SourceListener(name)));
    }

    private void closeSource(ExportName name, boolean silent) {
        SourceStream stream = sources.remove(name);
        if (stream != null) {
            stream.close(silent);
        }
    }

    /** Hears one source; what comes after the stream was closed or replaced is not for the agent. */
    private final class SourceListener implements SourceStream.Listener {

        private final ExportName name;

        SourceListener(ExportName name) {
            this.name = name;
        }

        @Override
        public void replied(TransferReply reply) {
            if (isCurrent() && reply.name().equals(name)) {
                step(new AgentEvent.FromSource(reply));
            }
        }

        @Override
        public void gone() {
            sources.remove(name);
            later(new AgentEvent.SourceGone(name));
        }
    }

    private void report(AgentAction.Report report) {
        ClusterConfig known = parts.config().get();
        ReportRequest.Builder request = ReportRequest.newBuilder().setClusterId(known == null ? 0 : known.clusterId());
        io.ostraka.proto.GroupRef self = ConfigWire.toWire(ShardAdmission.ref(id()));
        request.setSpeaker(self);
        report.claims()
                .forEach(shard ->
                        request.addClaims(ShardClaim.newBuilder().setGroup(self).setShard(shard)));
        Stream.concat(report.owners().stream(), report.copies().stream()).forEach(owned -> {
            OwnerReport.Builder owning = OwnerReport.newBuilder()
                    .setGroup(self)
                    .setShard(owned.shard())
                    .setEpoch(owned.epoch())
                    .setAppliedRevision(owned.appliedRevision())
                    .setState(tokenState(owned.state()));
            GroupId peer = peerOf(owned.state());
            if (peer != null) {
                owning.setPeer(ConfigWire.toWire(ShardAdmission.ref(peer)));
            }
            request.addOwners(owning);
        });
        report.sizes()
                .forEach(size -> request.addSizes(ShardSize.newBuilder()
                        .setGroup(self)
                        .setShard(size.shard())
                        .setKeys(size.keys())
                        .setBytes(size.bytes())));
        parts.link().report(request, _ -> {});
    }

    private void reportKnown(GroupConfig config) {
        ClusterConfig known = parts.config().get();
        KnownGroups.Builder groups =
                KnownGroups.newBuilder().setAppliedRevision(config.revision()).setNum(config.num());
        groups.setSpeaker(ConfigWire.toWire(ShardAdmission.ref(id())));
        config.groups().values().forEach(plan -> {
            io.ostraka.proto.GroupRef ref = ConfigWire.toWire(ShardAdmission.ref(plan.group()));
            if (plan.retired()) {
                groups.addRetired(ref);
            } else {
                groups.addAlive(ref);
            }
        });
        ReportRequest.Builder request = ReportRequest.newBuilder()
                .setClusterId(known == null ? 0 : known.clusterId())
                .setSpeaker(ConfigWire.toWire(ShardAdmission.ref(id())))
                .setKnown(groups);
        parts.link().report(request, _ -> {});
    }

    /** A token's state as the wire names it. */
    static TokenState tokenState(ShardState state) {
        return switch (state) {
            case ShardState.Absent _ -> TokenState.ABSENT;
            case ShardState.Serving _ -> TokenState.SERVING;
            case ShardState.Exporting _ -> TokenState.EXPORTING;
            case ShardState.Frozen _ -> TokenState.FROZEN;
            case ShardState.Importing _ -> TokenState.IMPORTING;
            case ShardState.Retired _ -> TokenState.RETIRED;
        };
    }

    /** The other group of a hand-over that is under way. */
    private static @Nullable GroupId peerOf(ShardState state) {
        return switch (state) {
            case ShardState.Exporting exporting -> exporting.target();
            case ShardState.Frozen frozen -> frozen.successor();
            case ShardState.Importing importing -> importing.source();
            case ShardState.Absent _ -> null;
            case ShardState.Serving _ -> null;
            case ShardState.Retired _ -> null;
        };
    }
}

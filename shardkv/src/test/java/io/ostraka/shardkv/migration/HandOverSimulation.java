package io.ostraka.shardkv.migration;

import io.ostraka.proto.Limits;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.shard.FrozenChunk;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import io.ostraka.shardkv.shard.WriteResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Groups with real state machines and agents under one seeded scheduler: messages are late, lost, doubled and replayed
 * long after, proposals too, leaders change, processes crash, shards move, groups leave and come back as others, while
 * clients append and retry. Groups die for good, are given up, and come back later to find that out. After every entry
 * applied, every shard has one token and at most one server, dead groups apart that have not heard yet; in the end
 * every acknowledged line is there once, in order, and no other line twice, but for what only a dead group knew.
 */
public final class HandOverSimulation {

    private static final long MILLI = 1_000_000L;

    /** An importer's stream to a source, of one leader of each. */
    private record Stream(
            long id, SimulatedGroup importer, long importerLeader, SimulatedGroup source, long sourceLeader) {}

    private final long seed;
    /** Whether groups die for good. */
    private final boolean mortal;

    private final SplittableRandom random;
    private final VirtualTime time;
    private final PlanningController controller;
    private final TreeMap<GroupId, SimulatedGroup> groups = new TreeMap<>();
    /** Groups that died, and came back or may do so; with the revision that retired each, once it is. */
    private final TreeMap<GroupId, SimulatedGroup> dead = new TreeMap<>();

    private final Map<GroupId, Long> retiredAt = new HashMap<>();
    private final Set<GroupId> cameBack = new HashSet<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final Memory<ClientWrite> sentWrites;
    private final Memory<TransferRequest> sentRequests;
    private final Memory<TransferReply> sentReplies;
    private final Map<Long, Stream> streams = new HashMap<>();
    private final Map<ExportName, Long> openStreams = new HashMap<>();
    private final long[] knownTimes = new long[GroupFixture.SHARDS];
    private final long[] highestServed = new long[GroupFixture.SHARDS];
    private final Map<String, GroupId> servers = new HashMap<>();
    private final Map<String, ShardState> lastStates = new HashMap<>();
    /** Groups whose node has lost sight of the controller. */
    private final Map<GroupId, Long> unwatchedUntilNanos = new HashMap<>();

    private final SessionOptions sessions;
    private final int lossPercent;
    private long nextStream;
    private boolean calm;
    private long handOvers;
    private long recoveries;
    private long thawed;

    HandOverSimulation(long seed) {
        this(seed, random -> new SimulatedController(GroupFixture.SHARDS, random));
    }

    /** A run of a seed, with a controller for {@link GroupFixture#SHARDS} shards. */
    public HandOverSimulation(long seed, Function<SplittableRandom, PlanningController> controllers) {
        this.seed = seed;
        this.mortal = seed % 2 == 0;
        this.random = new SplittableRandom(seed);
        this.time = new VirtualTime(random);
        this.sentWrites = new Memory<>(random);
        this.sentRequests = new Memory<>(random);
        this.sentReplies = new Memory<>(random);
        this.controller = controllers.apply(random.split());
        this.lossPercent = random.nextInt(4) * 4;
        this.sessions = new SessionOptions(
                random.nextLong(2_000, 60_000), random.nextInt(10, 60), random.nextLong(200, 2_000), 60_000);
        for (int gid = 1; gid <= 3; gid++) {
            join(gid);
        }
        for (int id = 1; id <= 4; id++) {
            clients.add(new SimulatedClient(id, random.split()));
        }
    }

    /** How many shards have changed hands. */
    public long handOvers() {
        return handOvers;
    }

    /** How many shards went on without a group that died, and how many of them from a frozen copy. */
    public Recovered recovered() {
        return new Recovered(recoveries, thawed);
    }

    /** Shards that went on; from a frozen copy. */
    public record Recovered(long shards, long fromCopies) {}

    /** Runs with faults, then without, and checks what is left. */
    public void run(long faultyMillis) {
        time.every(15, this::tick);
        time.every(4, this::commit);
        time.every(20, this::clientsAct);
        time.every(100, this::disturb);
        time.every(200, this::controllerLives);
        time.run(faultyMillis);
        calm = true;
        time.run(15_000);
        checkAftermath();
    }

    private void checkAftermath() {
        try {
            new HandOverAftermath(List.copyOf(groups.values()), all(), clients).check();
        } catch (AssertionError e) {
            StringBuilder where = new StringBuilder(e.getMessage());
            for (int shard = 0; shard < GroupFixture.SHARDS; shard++) {
                where.append("\n  shard ")
                        .append(shard)
                        .append(": ")
                        .append(Whereabouts.of(shard, groups, dead, controller));
            }
            throw new AssertionError(failure(where.toString()).getMessage(), e);
        }
    }

    private boolean happens(int percent) {
        return !calm && random.nextInt(100) < percent;
    }

    private void join(long gid) {
        GroupId id = controller.join(gid);
        if (id == null) {
            return;
        }
        groups.put(id, new SimulatedGroup(id, sessions, random.split(), time.nowNanos()));
    }

    /** Who runs: the living, and those who came back from the dead. */
    private List<SimulatedGroup> all() {
        List<SimulatedGroup> all = new ArrayList<>(groups.values());
        cameBack.stream().sorted().map(dead::get).forEach(all::add);
        return all;
    }

    /** A group that lives stays, to be able to go on with what others leave behind. */
    private void leave(GroupId id) {
        if (membersBeside(id) > 0) {
            controller.leave(id);
        }
    }

    private long membersBeside(GroupId id) {
        return groups.keySet().stream()
                .filter(other -> !other.equals(id) && controller.isMember(other))
                .count();
    }

    private @Nullable SimulatedGroup reach(GroupId id) {
        return cameBack.contains(id) ? dead.get(id) : groups.get(id);
    }

    /** A group loses its majority for good; after a while it is given up, and later it is there again. */
    private void die() {
        SimulatedGroup victim = List.copyOf(groups.values()).get(random.nextInt(groups.size()));
        if (dead.size() == 2 || membersBeside(victim.id()) == 0) {
            return;
        }
        groups.remove(victim.id());
        dead.put(victim.id(), victim);
        time.after(random.nextLong(100, 3_000), () -> {
            controller.retire(victim.id());
            noteRetired();
            reloadWhileItIsRecovered();
            time.after(random.nextLong(50, 4_000), () -> {
                cameBack.add(victim.id());
                victim.changeLeader(time.nowNanos());
            });
        });
    }

    private void noteRetired() {
        dead.keySet().stream()
                .filter(controller::isRetired)
                .forEach(id -> retiredAt.putIfAbsent(id, controller.config().revision()));
    }

    /** What a group has heard of the dead must outlive its own restarts before the shards go on. */
    private void reloadWhileItIsRecovered() {
        for (int i = random.nextInt(4); i > 0; i--) {
            time.after(random.nextLong(20, 1_500), () -> {
                if (!calm) {
                    reload(anyGroup());
                }
            });
        }
    }

    private void reload(SimulatedGroup group) {
        String forgotten = group.reload();
        if (forgotten != null) {
            throw failure(forgotten);
        }
    }

    private SimulatedGroup anyGroup() {
        List<SimulatedGroup> all = all();
        return all.get(random.nextInt(all.size()));
    }

    private void disturb() {
        for (GroupId gone : controller.gone()) {
            groups.remove(gone);
        }
        if (calm) {
            return;
        }
        switch (random.nextInt(mortal ? 9 : 8)) {
            case 0, 1, 2, 3 -> controller.move();
            case 4 -> anyGroup().changeLeader(time.nowNanos());
            case 5 -> reload(anyGroup());
            case 6 -> leave(anyGroup().id());
            case 8 -> die();
            default -> {
                if (groups.size() < 4) {
                    join(random.nextLong(1, 5));
                }
            }
        }
        if (random.nextInt(4) == 0) {
            unwatchedUntilNanos.put(anyGroup().id(), time.nowNanos() + random.nextLong(4_000) * MILLI);
        }
        for (int i = 0; i < 3; i++) {
            replayMessages();
            anyGroup().replay();
        }
    }

    private void controllerLives() {
        Set<GroupId> hosted = new TreeSet<>(groups.keySet());
        hosted.addAll(cameBack);
        controller.live(time.nowNanos() / MILLI, hosted, calm);
        noteRetired();
    }

    private void replayMessages() {
        if (!sentRequests.isEmpty()) {
            TransferRequest request = sentRequests.any();
            SimulatedGroup source = reach(request.name().source());
            if (source != null) {
                step(source, new AgentEvent.FromImporter(-1 - nextStream++, request));
            }
        }
        if (!sentReplies.isEmpty()) {
            TransferReply reply = sentReplies.any();
            SimulatedGroup importer = reach(reply.name().importer());
            if (importer != null) {
                step(importer, new AgentEvent.FromSource(reply));
            }
        }
        if (!sentWrites.isEmpty()) {
            propose(anyGroup(), sentWrites.any(), result -> {});
        }
    }

    private void tick() {
        for (SimulatedGroup group : all()) {
            follow(group);
            step(group, new AgentEvent.Tick());
        }
    }

    /** The node's watch: now and then a delta, or everything. */
    private void follow(SimulatedGroup group) {
        ClusterConfig config = controller.config();
        boolean unwatched = time.nowNanos() < unwatchedUntilNanos.getOrDefault(group.id(), 0L);
        if (group.seenRevision() >= config.revision() || (unwatched && !calm) || happens(50)) {
            return;
        }
        ConfigDelta delta = controller.delta(config.revision());
        if (delta != null && group.seenRevision() == config.revision() - 1) {
            step(group, new AgentEvent.ConfigExtended(delta, config));
        } else {
            step(group, new AgentEvent.ConfigSeen(config));
        }
        group.saw(config.revision());
    }

    private void commit() {
        for (SimulatedGroup group : all()) {
            for (int i = random.nextInt(4); i > 0 && group.commit(); i--) {
                check();
            }
        }
    }

    private void step(SimulatedGroup group, AgentEvent event) {
        for (AgentAction action : group.agent().step(event, time.nowNanos())) {
            act(group, action);
        }
    }

    /** An answer to one leader's agent, which is lost if another leads by then. */
    private void answer(SimulatedGroup group, long leader, long millis, AgentEvent event) {
        time.after(millis, () -> {
            if (group.leader() == leader) {
                step(group, event);
            }
        });
    }

    private void act(SimulatedGroup group, AgentAction action) {
        long leader = group.leader();
        switch (action) {
            case AgentAction.Propose propose -> {
                if (happens(2)) {
                    answer(group, leader, 1, new AgentEvent.Proposed(propose.proposalId(), null));
                    return;
                }
                group.propose(propose.command(), time.nowNanos(), result -> {
                    if (propose.command() instanceof Command.Activate && result instanceof KvResult.Heeded) {
                        handOvers++;
                    }
                    step(group, new AgentEvent.Applied(group.view()));
                    step(group, new AgentEvent.Proposed(propose.proposalId(), result));
                });
            }
            case AgentAction.SendToSource send -> sendToSource(group, send.request());
            case AgentAction.CloseSource close -> {
                Long id = openStreams.remove(close.name());
                if (id != null) {
                    streams.remove(id);
                }
            }
            case AgentAction.SendToImporter send -> sendToImporter(send.streamId(), send.reply());
            case AgentAction.ProveReady prove ->
                answer(
                        group,
                        leader,
                        random.nextInt(happens(40) ? 1_500 : 10),
                        new AgentEvent.ReadyProved(prove.name(), !happens(10)));
            case AgentAction.ReadFrozen read -> {
                FrozenChunk chunk = group.fixture().machine().readFrozen(read.name(), read.afterKey());
                answer(
                        group,
                        leader,
                        random.nextInt(5),
                        new AgentEvent.FrozenRead(read.streamId(), read.name(), chunk));
            }
            case AgentAction.DigestFrozen digest ->
                answer(
                        group,
                        leader,
                        random.nextInt(5),
                        new AgentEvent.FrozenDigested(
                                digest.streamId(),
                                digest.name(),
                                GroupFixture.digestFrozen(digest.name(), group.fixture(), digest.lastKey())));
            case AgentAction.AskDigests ask -> throw failure("a sole replica has nobody to ask: " + ask);
            case AgentAction.Report report -> report(group, report);
            case AgentAction.ReportKnown known -> {
                if (!happens(lossPercent + 20)) {
                    time.after(random.nextInt(20), () -> controller.known(group.id(), known.config()));
                }
            }
            case AgentAction.Alarm alarm -> throw failure(alarm.message());
        }
    }

    private void report(SimulatedGroup group, AgentAction.Report report) {
        if (happens(lossPercent + 20)) {
            return;
        }
        time.after(random.nextInt(happens(5) ? 2_000 : 20), () -> {
            report.claims().forEach(shard -> controller.claim(group.id(), shard));
            report.owners().forEach(owner -> controller.report(group.id(), owner));
            report.copies().forEach(copy -> controller.report(group.id(), copy));
        });
    }

    /** Ordered within a stream; a stream breaks rather than losing one message. */
    private void sendToSource(SimulatedGroup importer, TransferRequest request) {
        sentRequests.add(request);
        ExportName name = request.name();
        SimulatedGroup source = reach(name.source());
        Stream stream = streams.get(openStreams.getOrDefault(name, -1L));
        boolean broken = stream != null
                && (stream.importerLeader() != importer.leader()
                        || source == null
                        || stream.sourceLeader() != source.leader());
        if (source == null || broken || happens(lossPercent)) {
            breakStream(name, importer);
            return;
        }
        if (stream == null) {
            stream = new Stream(nextStream++, importer, importer.leader(), source, source.leader());
            streams.put(stream.id(), stream);
            openStreams.put(name, stream.id());
        }
        Stream used = stream;
        time.after(5, () -> {
            if (streams.containsKey(used.id()) && source.leader() == used.sourceLeader()) {
                step(source, new AgentEvent.FromImporter(used.id(), request));
            }
        });
    }

    private void sendToImporter(long streamId, TransferReply reply) {
        Stream stream = streams.get(streamId);
        boolean control = !(reply instanceof TransferReply.Chunk) && !(reply instanceof TransferReply.LastRound);
        if (control) {
            sentReplies.add(reply);
        }
        if (stream == null) {
            return;
        }
        if (happens(lossPercent)) {
            breakStream(reply.name(), stream.importer());
            return;
        }
        time.after(5, () -> {
            if (streams.containsKey(streamId) && stream.importer().leader() == stream.importerLeader()) {
                step(stream.importer(), new AgentEvent.FromSource(reply));
            }
        });
    }

    private void breakStream(ExportName name, SimulatedGroup importer) {
        Long id = openStreams.remove(name);
        if (id != null) {
            streams.remove(id);
        }
        answer(importer, importer.leader(), 3, new AgentEvent.SourceGone(name));
    }

    private void clientsAct() {
        for (SimulatedGroup group : all()) {
            for (ShardView shard : group.view().known()) {
                if (shard.state().isServing()) {
                    long now = shard.shardTimeMillis(group.stampMillis(time.nowNanos()));
                    knownTimes[shard.shard()] = Math.max(knownTimes[shard.shard()], now);
                }
            }
        }
        for (SimulatedClient client : clients) {
            ClientWrite write = client.next(knownTimes, !calm);
            if (write == null) {
                continue;
            }
            sentWrites.add(write);
            if (happens(2)) {
                client.abandon();
            } else if (!happens(lossPercent)) {
                SimulatedGroup group = anyGroup();
                time.after(
                        random.nextInt(happens(5) ? 3_000 : 30),
                        () -> propose(group, write, result -> answered(client, write, result, group)));
            }
        }
    }

    /** What a dead group acknowledges nobody may ever see. */
    private void answered(SimulatedClient client, ClientWrite write, WriteResult result, SimulatedGroup by) {
        int before = client.lines().size();
        client.answered(write, result, by.id());
        if (dead.containsKey(by.id()) && client.lines().size() > before) {
            SimulatedClient.Line last = client.lines().getLast();
            client.mayBeLost(last::equals);
        }
    }

    private void propose(SimulatedGroup group, ClientWrite write, Consumer<WriteResult> answered) {
        List<ClientWrite> batch = happens(20) ? List.of(write, write) : List.of(write);
        group.propose(new Command.WriteBatch(Limits.VALUE_BYTES_MAX_DEFAULT, batch), time.nowNanos(), result -> {
            if (result instanceof KvResult.Writes writes && !happens(lossPercent)) {
                WriteResult last = writes.results().getLast();
                time.after(random.nextInt(30), () -> answered.accept(last));
            }
        });
    }

    /** After every entry: one token a shard, at most one server, each epoch served by one group. */
    private void check() {
        for (SimulatedGroup group : all()) {
            checkEpochs(group);
        }
        int[] tokens = new int[GroupFixture.SHARDS];
        for (SimulatedGroup group : groups.values()) {
            for (ShardView shard : group.view().known()) {
                if (shard.state().isServing()) {
                    tokens[shard.shard()]++;
                } else if (shard.state() instanceof ShardState.Frozen frozen
                        && frozen.epoch() > highestServed[shard.shard()]) {
                    tokens[shard.shard()]++;
                    checkSuccessor(group, shard.shard(), frozen);
                }
            }
        }
        for (int shard = 0; shard < tokens.length; shard++) {
            boolean lost = tokens[shard] == 0 && highestServed[shard] > 0 && !isWithTheDead(shard);
            if (tokens[shard] > 1 || lost) {
                throw failure("shard " + shard + " has " + tokens[shard] + " tokens: "
                        + Whereabouts.of(shard, groups, dead, controller));
            }
        }
    }

    private void checkEpochs(SimulatedGroup group) {
        boolean hasHeard = group.view().config().revision() >= retiredAt.getOrDefault(group.id(), Long.MAX_VALUE);
        for (ShardView shard : group.view().known()) {
            ShardState before = lastStates.put(group.id() + "/" + shard.shard(), shard.state());
            long epoch = shard.state().servingEpoch();
            if (epoch < 0) {
                continue;
            }
            if (hasHeard) {
                throw failure(group.id() + " serves shard " + shard.shard() + " although it has heard that it is dead");
            }
            highestServed[shard.shard()] = Math.max(highestServed[shard.shard()], epoch);
            GroupId server = servers.putIfAbsent(shard.shard() + "@" + epoch, group.id());
            if (server != null && !server.equals(group.id())) {
                throw failure("epoch " + epoch + " of shard " + shard.shard() + " was served by " + server + " and by "
                        + group.id());
            }
            if (server == null && epoch > 1 && shard.arrivedBy() == null) {
                recovered(shard.shard(), before instanceof ShardState.Frozen);
            }
        }
    }

    /** From a frozen copy only what the dead acknowledged can be missing, from nothing everything. */
    private void recovered(int shard, boolean fromCopy) {
        recoveries++;
        thawed += fromCopy ? 1 : 0;
        for (SimulatedClient client : clients) {
            client.mayBeLost(line -> line.acknowledged() && line.shard() == shard && (!fromCopy || isDead(line.by())));
        }
    }

    private boolean isDead(@Nullable GroupId id) {
        return id != null && dead.containsKey(id);
    }

    /** Whether a shard has no token among the living because a dead group has it, or may have it. */
    private boolean isWithTheDead(int shard) {
        ShardRow row = controller.config().shard(shard);
        if (row.recovery() != ShardRecovery.NONE) {
            return true;
        }
        for (SimulatedGroup group : dead.values()) {
            ShardState state = group.view().shard(shard).state();
            boolean has = state.isServing()
                    || state instanceof ShardState.Frozen
                    || (state instanceof ShardState.Retired && controller.isRestoring());
            boolean counts = state.lastEpoch() >= row.epoch() && !controller.isRetired(group.id());
            if (has && (counts || controller.isRestoring())) {
                return true;
            }
        }
        return false;
    }

    private void checkSuccessor(SimulatedGroup source, int shard, ShardState.Frozen frozen) {
        if (dead.containsKey(frozen.successor())) {
            return;
        }
        SimulatedGroup successor = groups.get(frozen.successor());
        ExportName name = new ExportName(shard, frozen.epoch() - 1, frozen.exportId(), source.id(), frozen.successor());
        if (successor == null || !successor.view().shard(shard).state().isImporting(name)) {
            throw failure("the token of shard " + shard + " is frozen for " + frozen.successor()
                    + ", which does not import it");
        }
    }

    private AssertionError failure(String what) {
        return new AssertionError("seed " + seed + " at " + time.nowNanos() / MILLI + " ms: " + what);
    }
}

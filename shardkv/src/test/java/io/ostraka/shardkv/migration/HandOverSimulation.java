package io.ostraka.shardkv.migration;

import io.ostraka.proto.Limits;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.session.SessionOptions;
import io.ostraka.shardkv.shard.FrozenChunk;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.KvRead;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.shard.ShardView;
import io.ostraka.shardkv.shard.WriteResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Groups with real state machines and agents under one seeded scheduler: messages are late, lost, doubled and replayed
 * long after, proposals too, leaders change, processes crash, shards move, groups leave and come back as others, while
 * clients append and retry. After every entry applied, every shard has one token and at most one server; in the end
 * every acknowledged line is there once, in order, and no other line twice.
 */
final class HandOverSimulation {

    private static final long MILLI = 1_000_000L;
    private static final int MEMORY = 400;

    private record Event(long atNanos, long order, Runnable run) {}

    /** An importer's stream to a source, of one leader of each. */
    private record Stream(
            long id, SimulatedGroup importer, long importerLeader, SimulatedGroup source, long sourceLeader) {}

    private final long seed;
    private final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) -> {
        int byTime = Long.compare(a.atNanos, b.atNanos);
        return byTime != 0 ? byTime : Long.compare(a.order, b.order);
    });
    private final SimulatedController controller;
    private final TreeMap<GroupId, SimulatedGroup> groups = new TreeMap<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final List<ClientWrite> sentWrites = new ArrayList<>();
    private final List<TransferRequest> sentRequests = new ArrayList<>();
    private final List<TransferReply> sentReplies = new ArrayList<>();
    private final Map<Long, Stream> streams = new HashMap<>();
    private final Map<ExportName, Long> openStreams = new HashMap<>();
    private final long[] knownTimes = new long[GroupFixture.SHARDS];
    private final long[] highestServed = new long[GroupFixture.SHARDS];
    private final Map<String, GroupId> servers = new HashMap<>();
    /** Groups whose node has lost sight of the controller. */
    private final Map<GroupId, Long> unwatchedUntilNanos = new HashMap<>();

    private final SessionOptions sessions;
    private final int lossPercent;
    private long nowNanos;
    private long nextOrder;
    private long nextStream;
    private boolean calm;
    private long handOvers;

    HandOverSimulation(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.controller = new SimulatedController(GroupFixture.SHARDS, random.split());
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
    long handOvers() {
        return handOvers;
    }

    /** Runs with faults, then without, and checks what is left. */
    void run(long faultyMillis) {
        every(15, this::tick);
        every(4, this::commit);
        every(20, this::clientsAct);
        every(100, this::disturb);
        runUntil(nowNanos + faultyMillis * MILLI);
        calm = true;
        runUntil(nowNanos + 15_000 * MILLI);
        checkQuiet();
        checkLines();
        checkReplayed();
    }

    /** Who crashed and replayed holds what one who never did would, byte for byte: digests rest on that. */
    private void checkReplayed() {
        for (SimulatedGroup group : all()) {
            List<Integer> unlike = group.fixture().shardsUnlikeReplayed();
            if (!unlike.isEmpty()) {
                throw failure(
                        "group " + group.id() + " holds something else of shards " + unlike + " than its log says");
            }
        }
    }

    private void runUntil(long endNanos) {
        while (!events.isEmpty() && events.peek().atNanos <= endNanos) {
            Event event = events.poll();
            nowNanos = event.atNanos;
            event.run.run();
        }
        nowNanos = endNanos;
    }

    private void after(long millis, Runnable run) {
        events.add(new Event(nowNanos + millis * MILLI + random.nextLong(MILLI), nextOrder++, run));
    }

    private void every(long millis, Runnable run) {
        after(millis, () -> {
            run.run();
            every(millis, run);
        });
    }

    private boolean happens(int percent) {
        return !calm && random.nextInt(100) < percent;
    }

    private void join(long gid) {
        GroupId id = controller.join(gid);
        groups.put(id, new SimulatedGroup(id, sessions, random.split(), nowNanos));
    }

    private List<SimulatedGroup> all() {
        return List.copyOf(groups.values());
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
        switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> controller.move();
            case 4 -> anyGroup().changeLeader(nowNanos);
            case 5 -> anyGroup().crash();
            case 6 -> controller.leave(anyGroup().id());
            default -> {
                if (groups.size() < 4) {
                    join(random.nextLong(1, 5));
                }
            }
        }
        if (random.nextInt(4) == 0) {
            unwatchedUntilNanos.put(anyGroup().id(), nowNanos + random.nextLong(4_000) * MILLI);
        }
        for (int i = 0; i < 3; i++) {
            replayMessages();
            anyGroup().replay();
        }
    }

    private void replayMessages() {
        if (!sentRequests.isEmpty()) {
            TransferRequest request = sentRequests.get(random.nextInt(sentRequests.size()));
            SimulatedGroup source = groups.get(request.name().source());
            if (source != null) {
                step(source, new AgentEvent.FromImporter(-1 - nextStream++, request));
            }
        }
        if (!sentReplies.isEmpty()) {
            TransferReply reply = sentReplies.get(random.nextInt(sentReplies.size()));
            SimulatedGroup importer = groups.get(reply.name().importer());
            if (importer != null) {
                step(importer, new AgentEvent.FromSource(reply));
            }
        }
        if (!sentWrites.isEmpty()) {
            propose(anyGroup(), sentWrites.get(random.nextInt(sentWrites.size())), result -> {});
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
        boolean unwatched = nowNanos < unwatchedUntilNanos.getOrDefault(group.id(), 0L);
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
        for (AgentAction action : group.agent().step(event, nowNanos)) {
            act(group, action);
        }
    }

    /** An answer to one leader's agent, which is lost if another leads by then. */
    private void answer(SimulatedGroup group, long leader, long millis, AgentEvent event) {
        after(millis, () -> {
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
                group.propose(propose.command(), nowNanos, result -> {
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
            case AgentAction.Alarm alarm -> throw failure(alarm.message());
        }
    }

    private void report(SimulatedGroup group, AgentAction.Report report) {
        if (happens(lossPercent + 20)) {
            return;
        }
        after(random.nextInt(happens(5) ? 2_000 : 20), () -> {
            report.claims().forEach(shard -> controller.claim(group.id(), shard));
            report.owners().forEach(owner -> controller.report(group.id(), owner));
        });
    }

    /** Ordered within a stream; a stream breaks rather than losing one message. */
    private void sendToSource(SimulatedGroup importer, TransferRequest request) {
        remember(sentRequests, request);
        ExportName name = request.name();
        SimulatedGroup source = groups.get(name.source());
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
        after(5, () -> {
            if (streams.containsKey(used.id()) && source.leader() == used.sourceLeader()) {
                step(source, new AgentEvent.FromImporter(used.id(), request));
            }
        });
    }

    private void sendToImporter(long streamId, TransferReply reply) {
        Stream stream = streams.get(streamId);
        boolean control = !(reply instanceof TransferReply.Chunk) && !(reply instanceof TransferReply.LastRound);
        if (control) {
            remember(sentReplies, reply);
        }
        if (stream == null) {
            return;
        }
        if (happens(lossPercent)) {
            breakStream(reply.name(), stream.importer());
            return;
        }
        after(5, () -> {
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

    private <T> void remember(List<T> memory, T message) {
        if (memory.size() < MEMORY) {
            memory.add(message);
        } else {
            memory.set(random.nextInt(MEMORY), message);
        }
    }

    private void clientsAct() {
        for (SimulatedGroup group : all()) {
            for (ShardView shard : group.view().known()) {
                if (shard.state().isServing()) {
                    long now = shard.shardTimeMillis(group.stampMillis(nowNanos));
                    knownTimes[shard.shard()] = Math.max(knownTimes[shard.shard()], now);
                }
            }
        }
        for (SimulatedClient client : clients) {
            ClientWrite write = client.next(knownTimes, !calm);
            if (write == null) {
                continue;
            }
            remember(sentWrites, write);
            if (happens(2)) {
                client.abandon();
            } else if (!happens(lossPercent)) {
                SimulatedGroup group = anyGroup();
                after(
                        random.nextInt(happens(5) ? 3_000 : 30),
                        () -> propose(group, write, result -> client.answered(write, result)));
            }
        }
    }

    private void propose(SimulatedGroup group, ClientWrite write, Consumer<WriteResult> answered) {
        List<ClientWrite> batch = happens(20) ? List.of(write, write) : List.of(write);
        group.propose(new Command.WriteBatch(Limits.VALUE_BYTES_MAX_DEFAULT, batch), nowNanos, result -> {
            if (result instanceof KvResult.Writes writes && !happens(lossPercent)) {
                WriteResult last = writes.results().getLast();
                after(random.nextInt(30), () -> answered.accept(last));
            }
        });
    }

    /** After every entry: one token a shard, at most one server, each epoch served by one group. */
    private void check() {
        int[] tokens = new int[GroupFixture.SHARDS];
        for (SimulatedGroup group : groups.values()) {
            for (ShardView shard : group.view().known()) {
                long epoch = shard.state().servingEpoch();
                if (epoch < 0) {
                    continue;
                }
                tokens[shard.shard()]++;
                highestServed[shard.shard()] = Math.max(highestServed[shard.shard()], epoch);
                GroupId server = servers.putIfAbsent(shard.shard() + "@" + epoch, group.id());
                if (server != null && !server.equals(group.id())) {
                    throw failure("epoch " + epoch + " of shard " + shard.shard() + " was served by " + server
                            + " and by " + group.id());
                }
            }
        }
        for (SimulatedGroup group : groups.values()) {
            for (ShardView shard : group.view().known()) {
                if (shard.state() instanceof ShardState.Frozen frozen
                        && frozen.epoch() > highestServed[shard.shard()]) {
                    tokens[shard.shard()]++;
                    checkSuccessor(group, shard.shard(), frozen);
                }
            }
        }
        for (int shard = 0; shard < tokens.length; shard++) {
            if (tokens[shard] > 1 || (tokens[shard] == 0 && highestServed[shard] > 0)) {
                throw failure("shard " + shard + " has " + tokens[shard] + " tokens");
            }
        }
    }

    private void checkSuccessor(SimulatedGroup source, int shard, ShardState.Frozen frozen) {
        SimulatedGroup successor = groups.get(frozen.successor());
        ExportName name = new ExportName(shard, frozen.epoch() - 1, frozen.exportId(), source.id(), frozen.successor());
        if (successor == null || !successor.view().shard(shard).state().isImporting(name)) {
            throw failure("the token of shard " + shard + " is frozen for " + frozen.successor()
                    + ", which does not import it");
        }
    }

    private void checkQuiet() {
        for (SimulatedClient client : clients) {
            if (!client.isIdle()) {
                throw failure("a client still waits");
            }
        }
        for (SimulatedGroup group : groups.values()) {
            for (ShardView shard : group.view().known()) {
                switch (shard.state()) {
                    case ShardState.Serving ignored -> {}
                    case ShardState.Absent ignored -> {
                        if (group.fixture().rowsOf(shard.shard()) != 0) {
                            throw failure(group.id() + " keeps rows of shard " + shard.shard());
                        }
                    }
                    case ShardState.Exporting e -> throw failure("still " + e + " at " + group.id());
                    case ShardState.Frozen f -> throw failure("still " + f + " at " + group.id());
                    case ShardState.Importing i -> throw failure("still " + i + " at " + group.id());
                }
            }
        }
    }

    private void checkLines() {
        for (SimulatedClient client : clients) {
            Map<Bytes, Integer> lastAt = new HashMap<>();
            for (SimulatedClient.Line line : client.lines()) {
                String value = value(line.shard(), line.key());
                int at = value.indexOf(line.text());
                if (at < 0 && line.acknowledged()) {
                    throw failure("lost: " + line);
                }
                if (at >= 0 && value.indexOf(line.text(), at + 1) >= 0) {
                    throw failure("twice: " + line);
                }
                if (line.acknowledged()) {
                    if (at < lastAt.getOrDefault(line.key(), -1)) {
                        throw failure("out of order: " + line);
                    }
                    lastAt.put(line.key(), at);
                }
            }
        }
    }

    private String value(int shard, Bytes key) {
        for (SimulatedGroup group : groups.values()) {
            KvRead read = group.fixture().machine().read(shard, key);
            if (read instanceof KvRead.Found found) {
                return found.value().toUtf8();
            }
            if (read instanceof KvRead.Missing) {
                return "";
            }
        }
        throw failure("nobody serves shard " + shard);
    }

    private AssertionError failure(String what) {
        return new AssertionError("seed " + seed + " at " + nowNanos / MILLI + " ms: " + what);
    }
}

package io.ostraka.raft.core;

import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.LeaderAlive;
import io.ostraka.raft.core.input.PeerAlive;
import io.ostraka.raft.core.input.PeerUnreachable;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.SnapshotOffered;
import io.ostraka.raft.core.input.SnapshotSent;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.input.TransferLeadership;
import io.ostraka.raft.core.input.Wake;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Runs the commands of a scenario and says in words what they cause.
 *
 * <p>Replica N draws an election timeout of 1000 + 50 N ms. Time is each replica's own and moves only by
 * {@code elapse}. Messages wait until {@code deliver}. Writes are durable at once unless {@code disk slow}.
 */
final class ScenarioLab {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int DELIVERIES_MAX = 500;

    private final TreeMap<Long, TestReplica> replicas = new TreeMap<>();
    private final TreeMap<Long, TreeMap<String, String>> prepared = new TreeMap<>();
    private final List<Message> network = new ArrayList<>();
    private final TreeSet<String> cut = new TreeSet<>();
    private final List<String> said = new ArrayList<>();
    private RaftConfig config = RaftConfig.defaults().withTimings(100, 1000, 2000);
    private boolean slowDisks;
    private long nextId = 1;

    /** Runs one command line and returns what it caused, a line each. */
    List<String> run(String line) {
        said.clear();
        ArrayDeque<String> words = new ArrayDeque<>(List.of(line.trim().split("\\s+")));
        String command = words.removeFirst();
        switch (command) {
            case "replica" -> prepare(number(words.removeFirst()), words);
            case "cluster" -> cluster(words);
            case "elapse" -> elapse(words.removeFirst(), words.removeFirst());
            case "deliver" -> deliver(words.isEmpty() ? "all" : words.removeFirst());
            case "drop" -> drop(words.isEmpty() ? "all" : words.removeFirst());
            case "cut" -> words.forEach(this::cutLinks);
            case "heal" -> cut.clear();
            case "disk" -> disk(words);
            case "propose" -> propose(words);
            case "read" -> replica(words.getFirst()).step(new Read(nextId++, now(words.getFirst())));
            case "transfer" -> transfer(words);
            case "release" -> replica(words.removeFirst()).release(number(words.removeFirst()));
            case "snapshot" -> snapshot(words.removeFirst());
            case "unreachable" ->
                replica(words.removeFirst()).step(new PeerUnreachable(new ReplicaId(number(words.removeFirst()))));
            case "alive" -> alive(words.removeFirst());
            case "wake" -> replica(words.getFirst()).step(new Wake(now(words.getFirst())));
            case "quarantine" -> replica(words.removeFirst()).quarantine();
            case "crash" -> replica(words.removeFirst()).crashAndRestart();
            case "status" -> words.forEach(this::status);
            case "log" -> words.forEach(this::log);
            default -> throw new IllegalArgumentException("unknown command " + line);
        }
        observe();
        return List.copyOf(said);
    }

    private void prepare(long id, ArrayDeque<String> words) {
        TreeMap<String, String> fields = new TreeMap<>();
        for (String word : words) {
            fields.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
        }
        prepared.put(id, fields);
    }

    private void cluster(ArrayDeque<String> words) {
        List<ReplicaId> ids = new ArrayList<>();
        for (String word : words) {
            if (word.startsWith("window=")) {
                String[] window = word.substring(7).split("/");
                config = config.withReplication(number(window[0]), (int) number(window[1]), number(window[2]));
            } else if (word.startsWith("quiet=")) {
                config = config.withQuietAfterNanos(nanos(word.substring(6)));
            } else if (word.startsWith("budget=")) {
                String[] budget = word.substring(7).split("/");
                config = config.withBudgets(number(budget[0]), number(budget[1]), number(budget[2]));
            } else if (word.equals("lease")) {
                config = config.withReadMode(ReadMode.LEASE);
            } else {
                ids.add(new ReplicaId(number(word)));
            }
        }
        for (ReplicaId id : ids) {
            Restored restored = restored(prepared.getOrDefault(id.value(), new TreeMap<>()), Membership.of(ids));
            long spread = 2 * 50 * MILLI * id.value();
            replicas.put(id.value(), new TestReplica(config, id, restored, () -> spread));
        }
    }

    private static Restored restored(Map<String, String> fields, Membership membership) {
        LogPosition base = position(fields.getOrDefault("base", "0/0"));
        List<Entry> entries = new ArrayList<>();
        String terms = fields.getOrDefault("log", "");
        if (!terms.isEmpty()) {
            for (String term : terms.split(",")) {
                long index = base.index() + entries.size() + 1;
                entries.add(new Entry(index, number(term), EntryType.COMMAND, Bytes.utf8("c" + index + "." + term)));
            }
        }
        String vote = fields.get("vote");
        return new Restored(
                new HardState(
                        number(fields.getOrDefault("term", "0")),
                        vote == null ? null : new ReplicaId(number(vote)),
                        number(fields.getOrDefault("commit", "0"))),
                base,
                membership,
                entries);
    }

    private void elapse(String who, String time) {
        for (TestReplica replica : some(who)) {
            replica.nowNanos += nanos(time);
            replica.step(new Tick(replica.nowNanos));
        }
    }

    private void deliver(String what) {
        observe();
        int delivered = 0;
        List<Message> batch = what.equals("all") ? network : taken(what);
        while (!batch.isEmpty() && delivered < DELIVERIES_MAX) {
            Message message = batch.removeFirst();
            if (!cut.contains(link(message))) {
                said.add(Words.of(message));
                TestReplica to = replica(String.valueOf(message.to().value()));
                to.step(new Received(message, to.nowNanos));
            }
            observe();
            delivered++;
        }
        if (delivered == DELIVERIES_MAX) {
            said.add("... and so on");
        }
    }

    private void drop(String what) {
        observe();
        List<Message> dropped = what.equals("all") ? List.copyOf(network) : taken(what);
        network.removeAll(dropped);
        said.add("dropped " + dropped.size());
    }

    private List<Message> taken(String link) {
        List<Message> taken = new ArrayList<>();
        for (Message message : network) {
            if (link(message).equals(link)) {
                taken.add(message);
            }
        }
        network.removeAll(taken);
        return taken;
    }

    private void cutLinks(String what) {
        for (long a : replicas.keySet()) {
            for (long b : replicas.keySet()) {
                boolean isolated = what.equals(String.valueOf(a)) || what.equals(String.valueOf(b));
                if (isolated || what.equals(a + "->" + b)) {
                    cut.add(a + "->" + b);
                }
            }
        }
    }

    private void disk(ArrayDeque<String> words) {
        String what = words.removeFirst();
        switch (what) {
            case "slow" -> slowDisks = true;
            case "fast" -> slowDisks = false;
            default -> replica(what).persist();
        }
    }

    private void propose(ArrayDeque<String> words) {
        TestReplica replica = replica(words.removeFirst());
        List<Bytes> payloads = new ArrayList<>();
        Budget budget = Budget.CLIENT;
        for (String word : words) {
            if (word.equals("PROTOCOL")) {
                budget = Budget.PROTOCOL;
            } else if (word.startsWith("bytes=")) {
                payloads.add(Bytes.wrap(new byte[(int) number(word.substring(6))]));
            } else {
                payloads.add(Bytes.utf8(word));
            }
        }
        replica.step(new Propose(nextId++, payloads, budget));
    }

    private void transfer(ArrayDeque<String> words) {
        TestReplica from = replica(words.removeFirst());
        ReplicaId target = words.isEmpty() ? null : new ReplicaId(number(words.removeFirst()));
        from.step(new TransferLeadership(target, from.nowNanos));
    }

    private void snapshot(String link) {
        String[] ends = link.split("->");
        TestReplica from = replica(ends[0]);
        TestReplica to = replica(ends[1]);
        LogPosition position = from.appliedTo();
        Effects answer =
                to.step(new SnapshotOffered(from.id, from.node().term(), position, from.membership, to.nowNanos));
        boolean install = answer.snapshotVerdict() instanceof SnapshotVerdict.Install;
        observe();
        if (install) {
            to.install(position, new TreeMap<>(from.applied));
            observe();
        }
        from.step(new SnapshotSent(to.id, position, install));
    }

    private void alive(String who) {
        TestReplica leader = replica(who);
        long term = leader.node().term();
        for (TestReplica other : some("all")) {
            if (other != leader && !cut.contains(who + "->" + other.id.value())) {
                other.step(new LeaderAlive(leader.id, term, other.nowNanos));
                leader.step(new PeerAlive(other.id, term, leader.nowNanos, leader.nowNanos));
            }
        }
    }

    private void status(String who) {
        RaftStatus status = replica(who).node().status();
        said.add(Words.of(status));
        status.peers().forEach(peer -> said.add("  " + Words.of(peer)));
    }

    private void log(String who) {
        TestReplica replica = replica(who);
        RaftStatus status = replica.node().status();
        StringBuilder terms = new StringBuilder();
        for (Entry entry : replica.durableLog().values()) {
            terms.append(terms.isEmpty() ? "" : ",").append(entry.term());
        }
        said.add(replica.id + ": base " + Words.of(status.base()) + " durable terms [" + terms + "] commit "
                + status.commitIndex());
    }

    /** Puts into words what happened since, and makes writes durable where disks are fast. */
    private void observe() {
        boolean more = true;
        while (more) {
            more = false;
            for (TestReplica replica : replicas.values()) {
                if (!slowDisks && replica.hasWrites()) {
                    replica.persist();
                    more = true;
                }
                for (Effects effects : replica.effects) {
                    said.addAll(Words.of(replica.id, effects));
                }
                replica.effects.clear();
                network.addAll(replica.outgoing);
                replica.outgoing.clear();
            }
        }
    }

    private List<TestReplica> some(String who) {
        return who.equals("all")
                ? List.copyOf(replicas.values())
                : Arrays.stream(who.split(",")).map(this::replica).toList();
    }

    private TestReplica replica(String number) {
        TestReplica replica = replicas.get(number(number));
        if (replica == null) {
            throw new IllegalArgumentException("no replica " + number);
        }
        return replica;
    }

    private long now(String number) {
        return replica(number).nowNanos;
    }

    private static String link(Message message) {
        return message.from().value() + "->" + message.to().value();
    }

    private static LogPosition position(String text) {
        String[] parts = text.split("/");
        return new LogPosition(number(parts[0]), number(parts[1]));
    }

    private static long number(String text) {
        return Long.parseLong(text);
    }

    private static long nanos(String text) {
        return number(text.replace("ms", "")) * MILLI;
    }
}

package io.ostraka.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Read;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.SnapshotOffered;
import io.ostraka.raft.core.input.SnapshotSent;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.input.TransferLeadership;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small clusters under loss, delay, doubling, partitions, slow disks, crashes, transfers and snapshots, in virtual
 * time. A failing seed replays with {@code -Dcore.seed=N}.
 */
final class ClusterSimulationTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int SEEDS = Integer.getInteger("core.seeds", 60);

    @Test
    void clusterKeepsWhatItCommittedAndAnswersAgainWhenFaultsEnd() {
        Integer only = Integer.getInteger("core.seed");
        for (int seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            run(seed);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 77})
    void sameSeedGivesTheSameRun(int seed) {
        assertThat(run(seed)).isEqualTo(run(seed));
    }

    private static String run(int seed) {
        try {
            return new Run(seed).go();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": replay with -Dcore.seed=" + seed, e);
        }
    }

    private record InFlight(long atNanos, long order, Message message) {}

    private record PendingRead(long readId, long committedAtArrival) {}

    private static final class Run {
        private final Random random;
        private final List<TestReplica> replicas = new ArrayList<>();
        private final PriorityQueue<InFlight> network = new PriorityQueue<>((a, b) -> a.atNanos() != b.atNanos()
                ? Long.compare(a.atNanos(), b.atNanos())
                : Long.compare(a.order(), b.order()));
        private final TreeMap<Long, ReplicaId> leaderOfTerm = new TreeMap<>();
        private final TreeMap<Long, Entry> committed = new TreeMap<>();
        private final List<TreeMap<Long, PendingRead>> reads = new ArrayList<>();
        private final TreeSet<Long> cutPairs = new TreeSet<>();
        private double loss;
        private final double doubling;
        private long delayNanosMax;
        private final double crash;
        private final double slowDisk;
        private final boolean releases;
        private long nowNanos;
        private long order;
        private long nextId = 1;
        private long digest;
        private int readsProved;

        private Run(int seed) {
            random = new Random(seed);
            int size = 1 + 2 * random.nextInt(3);
            loss = random.nextBoolean() ? random.nextDouble() * 0.2 : 0;
            doubling = random.nextBoolean() ? random.nextDouble() * 0.3 : 0;
            delayNanosMax = MILLI * (1 + random.nextInt(random.nextBoolean() ? 10 : 400));
            crash = random.nextBoolean() ? random.nextDouble() * 0.006 : 0;
            slowDisk = random.nextBoolean() ? random.nextDouble() : 0;
            releases = random.nextBoolean();
            RaftConfig config = RaftConfig.defaults()
                    .withTimings(50, 300, 600)
                    .withReadMode(random.nextBoolean() ? ReadMode.LEASE : ReadMode.READ_INDEX)
                    .withReplication(1 + random.nextInt(400), 1 + random.nextInt(20), 1 + random.nextInt(2000));
            List<ReplicaId> ids = new ArrayList<>();
            for (int i = 1; i <= size; i++) {
                ids.add(new ReplicaId(i));
            }
            for (ReplicaId id : ids) {
                replicas.add(
                        new TestReplica(config, id, Restored.fresh(Membership.of(ids)), new Random(random.nextLong())));
                reads.add(new TreeMap<>());
            }
        }

        private String go() {
            for (int step = 0; step < 3000; step++) {
                nowNanos += 5 * MILLI;
                injectFaults();
                advance();
                load();
            }
            heal();
            return digest + " " + committed.size() + " " + readsProved;
        }

        private void heal() {
            cutPairs.clear();
            loss = 0;
            delayNanosMax = MILLI;
            long before = committed.isEmpty() ? 0 : committed.lastKey();
            for (int step = 0; step < 4000; step++) {
                nowNanos += 5 * MILLI;
                for (TestReplica replica : replicas) {
                    replica.persist();
                }
                advance();
                if (step % 100 == 0) {
                    load();
                }
            }
            assertThat(committed.lastKey()).as("commits after faults ended").isGreaterThan(before);
            long last = committed.lastKey();
            for (TestReplica replica : replicas) {
                assertThat(replica.appliedTo().index())
                        .as("%s catches up", replica.id)
                        .isGreaterThan(last - 40);
            }
        }

        private void injectFaults() {
            if (random.nextInt(400) == 0) {
                cutPairs.clear();
                if (random.nextBoolean()) {
                    for (TestReplica a : replicas) {
                        for (TestReplica b : replicas) {
                            if (random.nextInt(3) == 0) {
                                cutPairs.add(a.id.value() * 100 + b.id.value());
                            }
                        }
                    }
                }
            }
            for (TestReplica replica : replicas) {
                if (random.nextDouble() < crash) {
                    replica.nowNanos = nowNanos;
                    replica.crashAndRestart();
                    reads.get((int) replica.id.value() - 1).clear();
                }
            }
        }

        private void advance() {
            while (!network.isEmpty() && network.peek().atNanos() <= nowNanos) {
                Message message = network.remove().message();
                step(replicas.get((int) message.to().value() - 1), message);
            }
            for (TestReplica replica : replicas) {
                replica.nowNanos = nowNanos;
                replica.step(new Tick(nowNanos));
                while (replica.hasWrites() && random.nextDouble() >= slowDisk) {
                    replica.persistOne();
                }
                observe(replica);
            }
        }

        private void step(TestReplica replica, Message message) {
            replica.nowNanos = nowNanos;
            replica.step(new Received(message, nowNanos));
            observe(replica);
        }

        private void load() {
            for (TestReplica replica : replicas) {
                if (random.nextInt(4) == 0) {
                    replica.step(Propose.of(nextId, Bytes.utf8("p" + nextId), Budget.CLIENT));
                    nextId++;
                }
                if (random.nextInt(8) == 0) {
                    long known = committed.isEmpty() ? 0 : committed.lastKey();
                    reads.get((int) replica.id.value() - 1).put(nextId, new PendingRead(nextId, known));
                    replica.step(new Read(nextId, nowNanos));
                    nextId++;
                }
                if (random.nextInt(500) == 0) {
                    ReplicaId target = replicas.get(random.nextInt(replicas.size())).id;
                    replica.step(new TransferLeadership(random.nextBoolean() ? null : target, nowNanos));
                }
                if (releases && random.nextInt(100) == 0) {
                    replica.release(replica.appliedTo().index() - random.nextInt(5));
                }
                observe(replica);
            }
        }

        /** Checks the effects of the last steps and puts messages on the way. */
        private void observe(TestReplica replica) {
            List<Effects> done = List.copyOf(replica.effects);
            replica.effects.clear();
            for (Effects effects : done) {
                checkRole(effects.roleChange());
                for (Entry entry : effects.committed()) {
                    Entry known = committed.putIfAbsent(entry.index(), entry);
                    assertThat(known == null ? entry : known)
                            .as("state machine safety at %d on %s", entry.index(), replica.id)
                            .isEqualTo(entry);
                    assertThat(durableOn(entry))
                            .as("durable on a majority: %s", entry)
                            .isTrue();
                    digest = digest * 31 + entry.hashCode() + nowNanos;
                }
                checkReads(replica, effects);
                for (SnapshotNeeded needed : effects.snapshots()) {
                    sendSnapshot(replica, needed);
                }
            }
            for (Message message : replica.outgoing) {
                send(message);
            }
            replica.outgoing.clear();
        }

        private void checkRole(@org.jspecify.annotations.Nullable RoleChange change) {
            if (change != null && change.role() == RoleKind.LEADER && change.leader() != null) {
                ReplicaId known = leaderOfTerm.putIfAbsent(change.term(), change.leader());
                assertThat(known == null ? change.leader() : known)
                        .as("one leader in term %d", change.term())
                        .isEqualTo(change.leader());
            }
        }

        private boolean durableOn(Entry entry) {
            int count = 0;
            for (TestReplica replica : replicas) {
                boolean inLog = entry.equals(replica.durableLog().get(entry.index()));
                boolean inSnapshot =
                        entry.index() <= replica.base().index() && entry.equals(replica.applied.get(entry.index()));
                if (inLog || inSnapshot) {
                    count++;
                }
            }
            return count > replicas.size() / 2;
        }

        private void checkReads(TestReplica replica, Effects effects) {
            TreeMap<Long, PendingRead> waiting = reads.get((int) replica.id.value() - 1);
            for (ReadOutcome outcome : effects.reads()) {
                PendingRead read = waiting.remove(outcome.readId());
                if (read != null && outcome instanceof ReadOutcome.Ready ready) {
                    readsProved++;
                    assertThat(ready.index())
                            .as("read %d sees what was committed when it arrived", ready.readId())
                            .isGreaterThanOrEqualTo(read.committedAtArrival());
                }
            }
        }

        private void sendSnapshot(TestReplica leader, SnapshotNeeded needed) {
            TestReplica follower = replicas.get((int) needed.to().value() - 1);
            LogPosition position = leader.appliedTo();
            boolean lost = isCut(leader.id, follower.id) || random.nextDouble() < loss;
            if (!lost) {
                follower.step(new SnapshotOffered(leader.id, needed.term(), position, leader.membership, nowNanos));
                boolean wanted = follower.effects.stream()
                        .anyMatch(effects -> effects.snapshotVerdict() instanceof SnapshotVerdict.Install);
                if (wanted) {
                    follower.install(position, new TreeMap<>(leader.applied));
                }
                observe(follower);
            }
            leader.step(new SnapshotSent(follower.id, position, !lost));
            observe(leader);
        }

        private void send(Message message) {
            if (isCut(message.from(), message.to()) || random.nextDouble() < loss) {
                return;
            }
            int copies = random.nextDouble() < doubling ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                long delay = (long) (random.nextDouble() * delayNanosMax * (i + 1));
                network.add(new InFlight(nowNanos + delay, order++, message));
            }
        }

        private boolean isCut(ReplicaId from, ReplicaId to) {
            return cutPairs.contains(from.value() * 100 + to.value());
        }
    }
}

package io.ostraka.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Effects;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.RaftConfig;
import io.ostraka.raft.core.RawNode;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.Restored;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.input.Applied;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.core.input.Input;
import io.ostraka.raft.core.input.Persisted;
import io.ostraka.raft.core.input.Propose;
import io.ostraka.raft.core.input.Received;
import io.ostraka.raft.core.input.Tick;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.runtime.host.ReplicaStart;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.LogOptions;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.Recovery;
import io.ostraka.raft.runtime.storage.SharedLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A group of three of which one disk gives back a byte that was not written: nothing acknowledged is lost. */
@NullMarked
final class DamagedGroupTest {

    private static final LogOptions OPTIONS = new LogOptions(4096, 4096, 100, 2);
    private static final Membership MEMBERS = Membership.of(new ReplicaId(1), new ReplicaId(2), new ReplicaId(3));
    private static final AppliedState NOTHING = new AppliedState(LogPosition.ZERO, MEMBERS);

    /** Batches begin at multiples of this; those of this test are shorter than {@link #BATCH_BYTES_MAX}. */
    private static final int ALIGNMENT = 512;

    private static final int BATCH_BYTES_MAX = 176;

    /**
     * The second one has every entry, the third lacks the last ones. With the damaged disk's replica, if that may vote,
     * the third alone must be enough; without it, the second and third are.
     */
    @Test
    void aGroupOfThreeLosesNothingAcknowledgedWhateverByteOfOneDiskIsFlipped() throws DiskException {
        List<SimulatedDisk> disks = new ArrayList<>();
        List<String> acknowledged = acknowledged(disks);
        int condemned = 0;
        for (String file : disks.getFirst().files()) {
            int size = disks.getFirst().contents(file).length;
            for (int offset = 0; offset < size; offset++) {
                if (offset % ALIGNMENT < BATCH_BYTES_MAX) {
                    SimulatedDisk damaged = disks.getFirst().copy();
                    damaged.flip(file, offset, 1 << (offset % 8));
                    Replica first = new Replica(1, damaged);
                    condemned += first.isCondemned() ? 1 : 0;
                    Replica third = new Replica(3, disks.get(2).copy());
                    Group group = first.isCondemned()
                            ? new Group(List.of(new Replica(2, disks.get(1).copy()), third))
                            : new Group(List.of(first, third));
                    assertThat(group.leader().committed())
                            .as("%s byte %d", file, offset)
                            .startsWith(acknowledged.toArray(String[]::new));
                }
            }
        }
        assertThat(condemned).isPositive();
    }

    /** What clients were told; the disks are those of three processes that have stopped. */
    private static List<String> acknowledged(List<SimulatedDisk> disks) throws DiskException {
        List<Replica> replicas = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            SimulatedDisk disk = new SimulatedDisk();
            SharedLog log = SharedLog.open(disk, OPTIONS).log();
            log.write(List.of(new LogWrite.Restart(new ReplicaId(id), LogPosition.ZERO)));
            log.force();
            log.close();
            disks.add(disk);
            replicas.add(new Replica(id, disk));
        }
        Group group = new Group(replicas);
        group.leader();
        group.propose("one");
        group.propose("two");
        group.running.remove(2);
        group.propose("three");
        group.propose("four");
        List<String> committed = group.leader().committed();
        assertThat(committed).containsExactly("one", "two", "three", "four");
        for (int i = 0; i < 3; i++) {
            replicas.get(i).log.close();
            disks.get(i).killProcess();
        }
        return committed;
    }

    /** Replicas that hear each other at once, and in turn. */
    private static final class Group {

        private final List<Replica> running;
        private final Deque<Message> network = new ArrayDeque<>();
        private long now = 1;

        Group(List<Replica> replicas) {
            running = new ArrayList<>(replicas);
        }

        /** The leader, once it has committed an entry of its own term. */
        Replica leader() throws DiskException {
            for (int tick = 0; tick < 200; tick++) {
                for (Replica replica : running) {
                    if (replica.node().role() == RoleKind.LEADER && replica.leads()) {
                        return replica;
                    }
                }
                now += TimeUnit.MILLISECONDS.toNanos(100);
                for (Replica replica : List.copyOf(running)) {
                    replica.step(new Tick(now), now, network);
                }
                deliver();
            }
            throw new AssertionError("no leader of " + running.size());
        }

        void propose(String command) throws DiskException {
            leader().step(Propose.of(1, Bytes.utf8(command), Budget.CLIENT), now, network);
            deliver();
        }

        private void deliver() throws DiskException {
            Message message = network.poll();
            while (message != null) {
                for (Replica replica : running) {
                    if (replica.id.equals(message.to())) {
                        replica.step(new Received(message, now), now, network);
                    }
                }
                message = network.poll();
            }
        }
    }

    /** A replica over its disk; each write is forced before anything that speaks of it leaves. */
    private static final class Replica {

        private final ReplicaId id;
        private final SharedLog log;
        private final @Nullable RawNode node;
        private final List<Entry> applied = new ArrayList<>();

        Replica(long id, SimulatedDisk disk) throws DiskException {
            this.id = new ReplicaId(id);
            Recovery found = SharedLog.open(disk, OPTIONS);
            log = found.log();
            node = switch (ReplicaStart.of(found.require(this.id), NOTHING)) {
                case ReplicaStart.Damaged _ -> null;
                case ReplicaStart.Ready(Restored restored, boolean _) ->
                    new RawNode(RaftConfig.defaults(), this.id, restored, new SplittableRandom(id), 1);
            };
        }

        boolean isCondemned() {
            return node == null;
        }

        RawNode node() {
            RawNode runs = node;
            if (runs == null) {
                throw new IllegalStateException(id + " is condemned");
            }
            return runs;
        }

        boolean leads() {
            return !applied.isEmpty() && applied.getLast().term() == node().term();
        }

        List<String> committed() {
            return applied.stream()
                    .filter(entry -> entry.type() == EntryType.COMMAND)
                    .map(entry -> entry.payload().toUtf8())
                    .toList();
        }

        void step(Input input, long now, Deque<Message> network) throws DiskException {
            Effects effects = node().step(input);
            network.addAll(effects.sendNow());
            if (effects.hasWrite()) {
                log.write(List.of(new LogWrite.Append(id, effects.persistId(), effects.hardState(), effects.append())));
                log.force();
            }
            network.addAll(effects.sendAfterPersist());
            applied.addAll(effects.committed());
            if (effects.hasWrite()) {
                step(new Persisted(effects.persistId(), now), now, network);
            }
            if (!effects.committed().isEmpty()) {
                step(new Applied(effects.committed().getLast().index()), now, network);
            }
        }
    }
}

package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.SnapshotNeeded;
import io.ostraka.raft.core.SnapshotVerdict;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport.End;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.storage.LogWrite;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of the snapshots of one replica, by the rules that production's host keeps: the core is asked when a
 * snapshot is offered and again before it is installed; it is installed in the order of applying; the store first, then
 * the log, then the sender is told.
 */
final class SnapshotCarrier {

    private record Sending(long transferId, SnapshotReader reader) {}

    private static final class Install {
        private final SnapshotOffer offer;
        private final SnapshotCarrier sender;
        private final SnapshotWriter writer;
        private long nextSequence;

        private Install(SnapshotOffer offer, SnapshotCarrier sender, SnapshotWriter writer) {
            this.offer = offer;
            this.sender = sender;
            this.writer = writer;
        }
    }

    private final World world;
    private final SimulatedReplica replica;
    private final SortedMap<ReplicaId, Sending> sending = new TreeMap<>();
    private @Nullable Install install;
    private @Nullable Install awaitsLog;

    SnapshotCarrier(World world, SimulatedReplica replica) {
        this.world = world;
        this.replica = replica;
    }

    // ---- sending

    /** Begins to send, unless that is under way; on the apply thread. */
    void needed(SnapshotNeeded needed) {
        ReplicaId to = needed.to();
        World.Place place = world.place(to);
        if (sending.containsKey(to) || place == null) {
            return;
        }
        if (replica.machine().quarantinedAt() != null) {
            replica.onLoop(() -> replica.driver().snapshotSent(to, LogPosition.ZERO, false));
            return;
        }
        SnapshotReader reader = replica.machine().openSnapshot();
        if (reader.position().index() < needed.atLeast()) {
            replica.onLoop(() -> replica.driver().snapshotSent(to, LogPosition.ZERO, false));
            return;
        }
        SnapshotOffer offer = new SnapshotOffer(
                replica.group(),
                replica.id(),
                to,
                needed.term(),
                new SnapshotHeader(reader.position(), reader.membership()),
                world.nextNumber());
        sending.put(to, new Sending(offer.transferId(), reader));
        replica.onLoop(() -> replica.driver().snapshotStarted(to, reader.position()));
        world.trace().say(() -> "snapshot " + offer);
        world.network().carry(replica.place().node(), place.node(), () -> {
            NodeProcess process = world.nodes().get(place.node()).process();
            if (process != null) {
                process.run(() -> {
                    SimulatedReplica receiver = process.replica(to);
                    if (receiver != null) {
                        receiver.snapshots().offered(offer, this);
                    }
                });
            }
        });
        long patience = 4 * world.swarm().raft().electionTimeoutMaxNanos();
        replica.process().post(patience, () -> ended(offer, End.BROKEN));
    }

    private void accepted(SnapshotOffer offer, SnapshotCarrier receiver) {
        Sending running = sending.get(offer.to());
        if (running == null || running.transferId() != offer.transferId()) {
            return;
        }
        long sequence = 0;
        SnapshotChunk chunk = running.reader().read(sequence);
        while (chunk != null) {
            SnapshotChunk next = chunk;
            to(receiver, () -> receiver.take(offer, next));
            chunk = running.reader().read(++sequence);
        }
        long end = sequence;
        to(receiver, () -> receiver.last(offer, end));
    }

    private void ended(SnapshotOffer offer, End end) {
        Sending running = sending.get(offer.to());
        if (running == null || running.transferId() != offer.transferId()) {
            return;
        }
        if (end == End.BROKEN) {
            world.counts().injected(Fault.SNAPSHOT_BROKEN);
        }
        sending.remove(offer.to());
        LogPosition position = offer.header().position();
        replica.onLoop(() -> {
            replica.driver().snapshotSent(offer.to(), position, end == End.INSTALLED);
            replica.driver().snapshotDropped(offer.to());
        });
    }

    // ---- receiving

    private void offered(SnapshotOffer offer, SnapshotCarrier sender) {
        ifWanted(offer, sender, () -> {
            close();
            install = new Install(offer, sender, replica.machine().beginInstall(offer.header()));
            to(sender, () -> sender.accepted(offer, this));
        });
    }

    private void ifWanted(SnapshotOffer offer, SnapshotCarrier sender, Runnable wanted) {
        replica.onLoop(() -> {
            SnapshotVerdict verdict =
                    replica.driver().offered(offer, replica.process().now());
            if (verdict instanceof SnapshotVerdict.Install) {
                replica.onApply(wanted);
            } else {
                refuse(offer, sender);
            }
        });
    }

    private void refuse(SnapshotOffer offer, SnapshotCarrier sender) {
        to(sender, () -> sender.ended(offer, End.REFUSED));
    }

    private void take(SnapshotOffer offer, SnapshotChunk chunk) {
        replica.onApply(() -> {
            Install current = current(offer);
            if (current != null && chunk.sequence() == current.nextSequence) {
                current.writer.write(chunk);
                current.nextSequence++;
            }
        });
    }

    private void last(SnapshotOffer offer, long chunks) {
        replica.onApply(() -> {
            Install current = current(offer);
            if (current != null && current.nextSequence == chunks) {
                ifWanted(offer, current.sender, () -> commit(current));
            }
        });
    }

    private void commit(Install done) {
        if (install != done) {
            return;
        }
        install = null;
        if (!replica.applier().takes(done.offer.header().position())) {
            done.writer.abort();
            refuse(done.offer, done.sender);
            return;
        }
        AppliedState state;
        try {
            state = done.writer.commit();
        } catch (InvalidSnapshotException e) {
            throw new InvariantViolation(Invariant.NO_FAILURE, "a snapshot does not fit together", e);
        }
        replica.process().node().keep(replica.id(), replica.machine().durableTally());
        replica.oracle()
                .applied(state.position().index(), replica.machine().tally().hash());
        replica.onLoop(() -> {
            awaitsLog = done;
            replica.driver().installed(state);
        });
        replica.installed(state);
    }

    /** Takes a write that has become durable. */
    void written(LogWrite write) {
        Install waits = awaitsLog;
        if (waits == null) {
            return;
        }
        LogPosition position = waits.offer.header().position();
        boolean follows = switch (write) {
            case LogWrite.Restart restart -> restart.base().equals(position);
            case LogWrite.Release release -> release.upTo().equals(position);
            case LogWrite.Append append -> false;
            case LogWrite.Remove remove -> false;
        };
        if (follows) {
            awaitsLog = null;
            to(waits.sender, () -> waits.sender.ended(waits.offer, End.INSTALLED));
        }
    }

    private @Nullable Install current(SnapshotOffer offer) {
        Install current = install;
        return current != null && current.offer.equals(offer) ? current : null;
    }

    private void close() {
        Install current = install;
        install = null;
        if (current != null) {
            current.writer.abort();
        }
    }

    /** Carries something to the other end, if that process still runs when it arrives. */
    private void to(SnapshotCarrier other, Runnable what) {
        world.network()
                .carry(
                        replica.place().node(),
                        other.replica.place().node(),
                        () -> other.replica.process().run(what));
    }
}

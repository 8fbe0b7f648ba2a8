package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.SnapshotVerdict;
import io.ostraka.raft.runtime.snapshot.IncomingSnapshot;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import io.ostraka.raft.runtime.storage.LogWrite;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot that one replica is receiving: at most one at a time. The core decides, on the loop, whether it is
 * wanted, when it is offered and again before it is installed; the rest belongs to the apply thread, so that an
 * installation has its place in the order of applying. What has arrived is kept when the connection breaks, and the
 * same snapshot goes on where it stopped.
 *
 * <p>The order at the end: the state machine commits durably, then the log begins anew behind the snapshot, and only
 * when that is durable too is the sender told.
 */
final class SnapshotReceiving<R> {

    private static final class Install {
        private final SnapshotOffer offer;
        private final SnapshotWriter writer;
        private IncomingSnapshot incoming;
        private long nextSequence;

        private Install(SnapshotOffer offer, SnapshotWriter writer, IncomingSnapshot incoming) {
            this.offer = offer;
            this.writer = writer;
            this.incoming = incoming;
        }
    }

    private final HostedGroup<R> group;
    private final StateMachine<R> machine;
    private final ReplicaApplier<R> applier;
    private @Nullable Install install;
    private @Nullable AwaitsLog awaitsLog;

    /** Who waits, on the loop, for the log to begin anew at {@code position}. */
    private record AwaitsLog(LogPosition position, IncomingSnapshot from) {}

    SnapshotReceiving(HostedGroup<R> group, StateMachine<R> machine, ReplicaApplier<R> applier) {
        this.group = group;
        this.machine = machine;
        this.applier = applier;
    }

    /** Takes an offer; any thread. */
    void offered(SnapshotOffer offer, IncomingSnapshot incoming) {
        ifWanted(offer, incoming, () -> begin(offer, incoming));
    }

    /** Asks the core, and goes on, on the apply thread, only if it wants the snapshot. */
    private void ifWanted(SnapshotOffer offer, IncomingSnapshot incoming, Runnable wanted) {
        group.loop().execute(() -> {
            boolean[] asked = new boolean[1];
            group.drive(d -> {
                asked[0] = true;
                SnapshotVerdict verdict = d.offered(offer, group.loop().now());
                if (verdict instanceof SnapshotVerdict.Install) {
                    group.onApply(wanted);
                } else {
                    incoming.refuse("not wanted: " + (verdict == null ? "the replica has stopped" : verdict));
                    group.onApply(() -> abandon(offer));
                }
            });
            if (!asked[0]) {
                incoming.refuse("the replica is closed");
            }
        });
    }

    private void begin(SnapshotOffer offer, IncomingSnapshot incoming) {
        Install current = install;
        if (current == null || !current.offer.equals(offer)) {
            close();
            current = new Install(offer, machine.beginInstall(offer.header()), incoming);
            install = current;
        }
        current.incoming = incoming;
        Install resumed = current;
        incoming.accept(current.nextSequence, new IncomingSnapshot.Sink() {
            @Override
            public void chunk(SnapshotChunk chunk, boolean last) {
                group.onApply(() -> take(resumed, incoming, chunk, last));
            }

            @Override
            public void broken() {
                // What has arrived stays: the sender comes back, or another offer replaces it.
            }
        });
    }

    private void take(Install to, IncomingSnapshot from, SnapshotChunk chunk, boolean last) {
        if (install != to || !to.incoming.equals(from)) {
            from.refuse("replaced by another transfer");
            return;
        }
        if (chunk.sequence() != to.nextSequence) {
            from.refuse("chunk " + chunk.sequence() + " instead of " + to.nextSequence);
            return;
        }
        if (last) {
            ifWanted(to.offer, from, () -> commit(to, from));
            return;
        }
        try {
            to.writer.write(chunk);
        } catch (InvalidSnapshotException invalid) {
            abandon(to.offer);
            from.refuse(String.valueOf(invalid.getMessage()));
            return;
        }
        to.nextSequence++;
        from.taken(to.nextSequence);
    }

    private void commit(Install done, IncomingSnapshot from) {
        if (install != done) {
            from.refuse("replaced by another transfer");
            return;
        }
        if (!applier.takes(done.offer.header().position())) {
            abandon(done.offer);
            from.refuse("the replica has got further by itself");
            return;
        }
        install = null;
        AppliedState state;
        try {
            state = done.writer.commit();
        } catch (InvalidSnapshotException invalid) {
            done.writer.abort();
            from.refuse(String.valueOf(invalid.getMessage()));
            return;
        }
        group.loop().execute(() -> {
            awaitsLog = new AwaitsLog(state.position(), from);
            group.drive(d -> d.installed(state));
        });
        group.installed(state);
    }

    /**
     * Takes a write that has become durable: if it is the one that follows an installation, that is complete; on the
     * loop.
     */
    void written(LogWrite write) {
        AwaitsLog waits = awaitsLog;
        if (waits == null) {
            return;
        }
        boolean follows = switch (write) {
            case LogWrite.Restart restart -> restart.base().equals(waits.position());
            case LogWrite.Release release -> release.upTo().equals(waits.position());
            case LogWrite.Append append -> false;
            case LogWrite.Remove remove -> false;
        };
        if (follows) {
            awaitsLog = null;
            waits.from().installed();
        }
    }

    private void abandon(SnapshotOffer offer) {
        if (install != null && install.offer.equals(offer)) {
            close();
        }
    }

    /** Drops what has arrived. */
    void close() {
        Install current = install;
        install = null;
        if (current != null) {
            current.writer.abort();
            current.incoming.refuse("given up");
        }
    }
}

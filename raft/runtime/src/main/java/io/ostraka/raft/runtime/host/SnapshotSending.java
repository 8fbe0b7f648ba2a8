package io.ostraka.raft.runtime.host;

import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.NodeId;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.SnapshotNeeded;
import io.ostraka.raft.runtime.snapshot.SnapshotOffer;
import io.ostraka.raft.runtime.snapshot.SnapshotTransport.End;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.StateMachine;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots that one replica is sending. A view stays pinned for a while after its transfer broke off, so that the
 * next attempt goes on with it. Belongs to the apply thread.
 */
final class SnapshotSending<R> {

    private static final long KEEP_BROKEN_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final class Pinned {
        private final ReplicaId to;
        private final SnapshotReader reader;
        private final long transferId;
        private boolean running;
        private long brokenNanos;
        private boolean distrusted;

        private Pinned(ReplicaId to, SnapshotReader reader, long transferId) {
            this.to = to;
            this.reader = reader;
            this.transferId = transferId;
        }
    }

    private final HostedGroup<R> group;
    private final StateMachine<R> machine;
    private final HostServices services;
    private final NavigableMap<ReplicaId, Pinned> pinned = new TreeMap<>();
    private long transfers;
    private boolean closed;

    SnapshotSending(HostedGroup<R> group, StateMachine<R> machine, HostServices services) {
        this.group = group;
        this.machine = machine;
        this.services = services;
    }

    /** Sends a snapshot to a follower, going on with the one that broke off if it still serves. */
    void needed(SnapshotNeeded needed) {
        ReplicaId to = needed.to();
        NodeId node = services.nodeOf(to);
        Pinned view = pinned.get(to);
        if (view != null && view.running) {
            return;
        }
        if (machine.quarantinedAt() != null) {
            tellCore(to, LogPosition.ZERO, false);
            return;
        }
        if (view != null && view.reader.position().index() < needed.atLeast()) {
            drop(to);
            view = null;
        }
        if (view == null && node != null) {
            // The number must differ from those of an earlier run of this process, too: a receiver may remember.
            view = new Pinned(to, machine.openSnapshot(), services.now() + transfers++);
            pinned.put(to, view);
        }
        if (view == null || node == null || view.reader.position().index() < needed.atLeast()) {
            drop(to);
            tellCore(to, LogPosition.ZERO, false);
            return;
        }
        view.running = true;
        LogPosition position = view.reader.position();
        group.loop().execute(() -> group.drive(d -> d.snapshotStarted(to, position)));
        SnapshotOffer offer = new SnapshotOffer(
                group.descriptor().group(),
                group.descriptor().replica(),
                to,
                needed.term(),
                new SnapshotHeader(position, view.reader.membership()),
                view.transferId);
        services.snapshots()
                .send(node, offer, view.reader, end -> services.applyThread().execute(() -> ended(offer, end)));
    }

    private void ended(SnapshotOffer offer, End end) {
        ReplicaId to = offer.to();
        Pinned view = pinned.get(to);
        if (view == null || view.transferId != offer.transferId()) {
            return;
        }
        view.running = false;
        view.brokenNanos = services.now();
        tellCore(to, offer.header().position(), end == End.INSTALLED);
        if (end != End.BROKEN || closed || view.distrusted) {
            drop(to);
        }
    }

    private void tellCore(ReplicaId to, LogPosition position, boolean ok) {
        group.loop().execute(() -> group.drive(d -> d.snapshotSent(to, position, ok)));
    }

    /** Gives back views whose transfer broke off long ago. */
    void expire(long nowNanos) {
        for (Iterator<Pinned> each = pinned.values().iterator(); each.hasNext(); ) {
            Pinned view = each.next();
            if (!view.running && nowNanos - view.brokenNanos > KEEP_BROKEN_NANOS) {
                giveBack(view, each);
            }
        }
    }

    private void drop(ReplicaId to) {
        @Nullable Pinned view = pinned.remove(to);
        if (view != null) {
            view.reader.close();
            tellDropped(to);
        }
    }

    /** Sends nothing again that was pinned until now: the state that it shows is not to be trusted. */
    void distrust() {
        giveBack();
        pinned.values().forEach(view -> view.distrusted = true);
    }

    private void tellDropped(ReplicaId to) {
        group.loop().execute(() -> group.drive(d -> d.snapshotDropped(to)));
    }

    /** Gives back what is not being sent; what is, follows when its transfer ends. */
    void close() {
        closed = true;
        giveBack();
    }

    private void giveBack() {
        for (Iterator<Pinned> each = pinned.values().iterator(); each.hasNext(); ) {
            Pinned view = each.next();
            if (!view.running) {
                giveBack(view, each);
            }
        }
    }

    private void giveBack(Pinned view, Iterator<Pinned> at) {
        view.reader.close();
        at.remove();
        tellDropped(view.to);
    }
}

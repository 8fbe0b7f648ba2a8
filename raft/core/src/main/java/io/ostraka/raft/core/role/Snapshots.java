package io.ostraka.raft.core.role;

import io.ostraka.raft.core.BrokenInvariantException;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.RoleKind;
import io.ostraka.raft.core.SnapshotVerdict;
import io.ostraka.raft.core.input.SnapshotInstalled;
import io.ostraka.raft.core.input.SnapshotOffered;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;

/** Judges snapshots that a leader offers, and restarts the log at one that was installed (paper, section 7). */
final class Snapshots {

    private final ReplicaState state;

    Snapshots(ReplicaState state) {
        this.state = state;
    }

    void refuse(SnapshotOffered offered) {
        state.out.snapshotVerdict(new SnapshotVerdict.Stale(offered.position(), state.log.commit()));
    }

    /** Judges a snapshot of this term's leader. */
    void consider(SnapshotOffered offered) {
        LogPosition position = offered.position();
        // A log that has the snapshot's last entry needs no snapshot, unless the state is not to be trusted, and now
        // knows that this entry is committed.
        if (state.log.matches(position)) {
            state.log.commitTo(position.index());
        }
        boolean wanted =
                state.isQuarantined() ? state.curesQuarantine(position.index()) : position.index() > state.log.commit();
        if (!wanted) {
            refuse(offered);
            tellMatched(offered.from(), position.index());
        } else {
            state.out.snapshotVerdict(new SnapshotVerdict.Install(position));
        }
    }

    /** The state machine's storage holds the snapshot. */
    void installed(SnapshotInstalled installed, RoleKind role) {
        LogPosition position = installed.position();
        boolean kept = state.log.matches(position);
        if (!kept && (position.index() <= state.log.commit() || role == RoleKind.LEADER)) {
            if (position.index() > state.log.base().index() || role == RoleKind.LEADER) {
                throw new BrokenInvariantException("snapshot at " + position + " contradicts the log up to "
                        + state.log.last() + ", committed up to " + state.log.commit());
            }
            // Older than where the log begins: what is in the log and the storage went on from it long ago.
            state.out.snapshotVerdict(new SnapshotVerdict.Stale(position, state.log.commit()));
            return;
        }
        state.log.restartAt(position);
        if (!kept) {
            state.writes.restartedAt(position.index());
            state.membership = installed.membership();
        }
        if (state.curesQuarantine(position.index())) {
            state.endQuarantine();
        }
        state.out.snapshotVerdict(new SnapshotVerdict.Installed(position, kept));
        ReplicaId leader = state.leader;
        if (leader != null && !leader.equals(state.self)) {
            tellMatched(leader, position.index());
        }
    }

    private void tellMatched(ReplicaId leader, long index) {
        state.out.sendAfterPersist(
                new AppendResponse(state.self, leader, state.term(), new AppendResult.Matched(index), 0));
    }
}

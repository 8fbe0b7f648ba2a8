package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.runtime.statemachine.AppliedState;
import io.ostraka.raft.runtime.statemachine.InvalidSnapshotException;
import io.ostraka.raft.runtime.statemachine.LeadershipEvent;
import io.ostraka.raft.runtime.statemachine.ResultSink;
import io.ostraka.raft.runtime.statemachine.SnapshotChunk;
import io.ostraka.raft.runtime.statemachine.SnapshotHeader;
import io.ostraka.raft.runtime.statemachine.SnapshotReader;
import io.ostraka.raft.runtime.statemachine.SnapshotWriter;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state machine whose state is the hash of its whole history, which is also the result of each command. Survives
 * crashes as a store without a log of its own does: at what was flushed or installed last.
 */
final class TallyMachine implements SimulatedMachine {

    private static final int CHUNKS = 2;

    private final Witness witness;
    private Tally now;
    private Tally durable;

    TallyMachine(Tally durable, Witness witness) {
        this.witness = witness;
        this.durable = durable;
        this.now = durable;
    }

    /** Opens what the node has of a replica. */
    static TallyMachine open(World world, SimulatedNode node, World.Place place, Witness witness) {
        return new TallyMachine(node.store(place.replica()), witness);
    }

    @Override
    public Tally durableTally() {
        return durable;
    }

    @Override
    public Tally tally() {
        return now;
    }

    @Override
    public void flushed(Tally flushed) {
        if (flushed.at().position().index() > durable.at().position().index()) {
            durable = flushed;
        }
    }

    /** Goes wrong, and is found out at once: whoever still uses what it holds is seen to. */
    @Override
    public void quarantine() {
        now = new Tally(now.at(), ~now.hash(), true);
    }

    @Override
    public @Nullable LogPosition quarantinedAt() {
        return now.quarantined() ? now.at().position() : null;
    }

    @Override
    public AppliedState durable() {
        return durable.at();
    }

    @Override
    public void apply(List<Entry> entries, ResultSink<Long> results) {
        for (Entry entry : entries) {
            if (entry.index() != now.at().position().index() + 1) {
                throw new InvariantViolation(
                        Invariant.STATE_MACHINE_SAFETY,
                        entry.position() + " is to be applied after " + now.at().position());
            }
            long hash = Chain.next(now.hash(), entry);
            now = new Tally(new AppliedState(entry.position(), now.at().membership()), hash, false);
            witness.applied(entry, hash);
            if (entry.type() == EntryType.COMMAND) {
                results.result(entry.index(), hash);
            }
        }
    }

    @Override
    public void leaderChanged(LeadershipEvent event) {
        boolean early = event instanceof LeadershipEvent.Leader leader
                && now.at().position().term() < leader.term();
        if (early) {
            throw new InvariantViolation(
                    Invariant.NO_FAILURE, event + " is announced at " + now.at().position());
        }
    }

    @Override
    public SnapshotReader openSnapshot() {
        if (now.quarantined()) {
            throw new InvariantViolation(Invariant.NO_FAILURE, "a snapshot of a state that is not to be trusted");
        }
        Tally pinned = now;
        return new SnapshotReader() {
            @Override
            public LogPosition position() {
                return pinned.at().position();
            }

            @Override
            public Membership membership() {
                return pinned.at().membership();
            }

            @Override
            public @Nullable SnapshotChunk read(long sequence) {
                if (sequence >= CHUNKS) {
                    return null;
                }
                long half = sequence == 0 ? pinned.hash() >>> 32 : pinned.hash() & 0xffff_ffffL;
                byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(half).array();
                return new SnapshotChunk(sequence, Bytes.wrap(bytes));
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    @Override
    public SnapshotWriter beginInstall(SnapshotHeader header) {
        return new SnapshotWriter() {
            private long hash;
            private int chunks;

            @Override
            public void write(SnapshotChunk chunk) {
                hash = hash << 32 | chunk.data().asByteBuffer().getLong();
                chunks++;
            }

            @Override
            public AppliedState commit() {
                if (chunks != CHUNKS) {
                    throw new InvalidSnapshotException(chunks + " chunks");
                }
                now = new Tally(new AppliedState(header.position(), header.membership()), hash, false);
                durable = now;
                return durable.at();
            }

            @Override
            public void abort() {
                // Nothing was changed.
            }
        };
    }

    @Override
    public AppliedState flush() {
        flushed(now);
        return durable();
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}

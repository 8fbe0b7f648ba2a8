package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.ReadIndexResponse;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.raft.runtime.storage.LogWrite;
import io.ostraka.raft.runtime.storage.ReplicaRecovery;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Mistakes that a Raft implementation can make, put between the replicas and what surrounds them. */
@NullMarked
enum Mutant implements Tampering {

    /** A vote is written but not forced before it is answered: the write is reported durable at once. */
    VOTE_ANSWERED_BEFORE_FORCE {
        @Override
        public boolean reportsTooEarly(SimulatedReplica replica, LogWrite write) {
            return write instanceof LogWrite.Append append
                    && append.hardState() != null
                    && append.entries().isEmpty();
        }
    },

    /** A vote is never written at all. */
    VOTE_NOT_WRITTEN {
        @Override
        public LogWrite written(SimulatedReplica replica, LogWrite write) {
            if (write instanceof LogWrite.Append append && append.hardState() != null) {
                HardState hard = new HardState(
                        append.hardState().term(), null, append.hardState().commit());
                return new LogWrite.Append(append.replica(), append.persistId(), hard, append.entries());
            }
            return write;
        }
    },

    /** The hard state is forgotten at a restart. */
    HARD_STATE_FORGOTTEN {
        @Override
        public ReplicaRecovery recovered(ReplicaRecovery found) {
            return found instanceof ReplicaRecovery.Recovered recovered
                    ? new ReplicaRecovery.Recovered(null, recovered.base(), recovered.entries())
                    : found;
        }
    },

    /** Only the vote is forgotten at a restart. */
    VOTE_FORGOTTEN {
        @Override
        public ReplicaRecovery recovered(ReplicaRecovery found) {
            if (found instanceof ReplicaRecovery.Recovered recovered && recovered.hardState() != null) {
                HardState hard = new HardState(
                        recovered.hardState().term(),
                        null,
                        recovered.hardState().commit());
                return new ReplicaRecovery.Recovered(hard, recovered.base(), recovered.entries());
            }
            return found;
        }
    },

    /** The last entry is lost at a restart. */
    TAIL_LOST {
        @Override
        public ReplicaRecovery recovered(ReplicaRecovery found) {
            if (found instanceof ReplicaRecovery.Recovered recovered
                    && recovered.entries().size() > 1) {
                List<Entry> kept =
                        recovered.entries().subList(0, recovered.entries().size() - 1);
                return new ReplicaRecovery.Recovered(recovered.hardState(), recovered.base(), kept);
            }
            return found;
        }
    },

    /** A follower acknowledges entries before it has forced them. */
    FOLLOWER_ACKNOWLEDGES_BEFORE_FORCE {
        @Override
        public boolean reportsTooEarly(SimulatedReplica replica, LogWrite write) {
            return !replica.leads() && hasEntries(write);
        }
    },

    /** A leader counts itself before it has forced its entries. */
    LEADER_COUNTS_ITSELF_BEFORE_FORCE {
        @Override
        public boolean reportsTooEarly(SimulatedReplica replica, LogWrite write) {
            return replica.leads() && hasEntries(write);
        }
    },

    /** The log is given back although the store has flushed nothing. */
    FLUSH_KEEPS_NOTHING {
        @Override
        public boolean flushesNothing() {
            return true;
        }
    },

    /** Candidates pass the check of who is up to date, whatever their log holds. */
    UP_TO_DATE_CHECK_SKIPPED {
        @Override
        public Message sent(SimulatedReplica replica, Message message) {
            return switch (message) {
                case VoteRequest m ->
                    new VoteRequest(m.from(), m.to(), m.term(), new LogPosition(1_000_000, m.term()), m.transfer());
                case PreVoteRequest m ->
                    new PreVoteRequest(m.from(), m.to(), m.term(), new LogPosition(1_000_000, m.term()));
                default -> message;
            };
        }
    },

    /** Every vote is granted. */
    EVERY_VOTE_GRANTED {
        @Override
        public Message sent(SimulatedReplica replica, Message message) {
            return message instanceof VoteResponse m ? new VoteResponse(m.from(), m.to(), m.term(), true) : message;
        }
    },

    /** A heartbeat carries the leader's commit index, not what the follower is known to have of it. */
    HEARTBEAT_COMMIT_NOT_CLAMPED {
        @Override
        public Message sent(SimulatedReplica replica, Message message) {
            return message instanceof Heartbeat m
                    ? new Heartbeat(
                            m.from(), m.to(), m.term(), replica.leadership().commit(), m.round())
                    : message;
        }
    },

    /** A follower says that it matches up to the end of its log, whatever the append was about. */
    MATCHED_TO_THE_END {
        @Override
        public Message sent(SimulatedReplica replica, Message message) {
            return message instanceof AppendResponse m && m.result() instanceof AppendResult.Matched
                    ? new AppendResponse(m.from(), m.to(), m.term(), new AppendResult.Matched(end(replica)), m.round())
                    : message;
        }

        private static long end(SimulatedReplica replica) {
            return replica.driver().status().last().index();
        }
    },

    /** An append says of the entry before it whatever the follower wants to hear: it has none before it. */
    APPEND_FORGETS_PREVIOUS_TERM {
        @Override
        public Message sent(SimulatedReplica replica, Message message) {
            if (message instanceof AppendResponse m && m.result() instanceof AppendResult.Conflict conflict) {
                return new AppendResponse(
                        m.from(), m.to(), m.term(), new AppendResult.Matched(conflict.rejectedIndex()), m.round());
            }
            return message;
        }
    },

    /** A leader answers reads from its own state, without asking anyone. */
    READ_WITHOUT_QUORUM {
        @Override
        public ReadResult.@Nullable Ready answersRead(SimulatedReplica replica) {
            long applied = replica.driver().status().appliedIndex();
            return replica.leads() ? new ReadResult.Ready(replica.leadership().term(), applied, false) : null;
        }
    },

    /** A follower is told an index for its reads that is one too low. */
    READ_INDEX_TOO_LOW {
        @Override
        public Message sent(SimulatedReplica replica, Message message) {
            return message instanceof ReadIndexResponse m && m.granted()
                    ? new ReadIndexResponse(m.from(), m.to(), m.term(), m.requestId(), Math.max(0, m.index() - 1), true)
                    : message;
        }
    };

    private static boolean hasEntries(LogWrite write) {
        return write instanceof LogWrite.Append append && !append.entries().isEmpty();
    }
}

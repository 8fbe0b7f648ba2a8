package io.ostraka.raft.testkit.sim;

import io.ostraka.raft.core.message.AppendRequest;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.Heartbeat;
import io.ostraka.raft.core.message.HeartbeatResponse;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.core.message.PreVoteRequest;
import io.ostraka.raft.core.message.PreVoteResponse;
import io.ostraka.raft.core.message.ReadIndexRequest;
import io.ostraka.raft.core.message.ReadIndexResponse;
import io.ostraka.raft.core.message.SnapshotRequest;
import io.ostraka.raft.core.message.TimeoutNow;
import io.ostraka.raft.core.message.VoteRequest;
import io.ostraka.raft.core.message.VoteResponse;
import io.ostraka.raft.runtime.host.Envelope;
import io.ostraka.raft.runtime.host.NodeHeartbeat;
import io.ostraka.raft.runtime.host.NodeHeartbeatAck;
import io.ostraka.raft.runtime.host.PeerMessage;
import java.util.concurrent.TimeUnit;

/**
 * How the network of a {@link VirtualCluster} treats messages: as well as it can, or in one of the ways that are usual
 * in tests of Raft. Snapshots travel on streams, which repeat what the network loses.
 */
public enum Weather {

    /** Nothing is lost or overtaken. */
    RELIABLE,
    /** One question in ten and one answer in ten is lost, and questions take up to 26 ms longer. */
    UNRELIABLE,
    /** The same, and two answers in three take 0.2 to 2.2 s longer. */
    LONG_REORDERING;

    private static final double LOSS = 0.1;
    private static final int QUESTION_MILLIS_MAX = 26;
    private static final double LATE = 2.0 / 3;
    private static final int LATE_MILLIS_MIN = 200;
    private static final int LATE_MILLIS_SPREAD = 2_000;

    /** Returns how much longer than usual a message takes, in nanoseconds, or {@link SimulatedNetwork#LOST}. */
    long furtherNanos(PeerMessage message, Dice dice) {
        if (this == RELIABLE) {
            return 0;
        }
        if (dice.chance(LOSS)) {
            return SimulatedNetwork.LOST;
        }
        if (!isAnswer(message)) {
            return dice.random().nextLong(TimeUnit.MILLISECONDS.toNanos(QUESTION_MILLIS_MAX));
        }
        if (this == LONG_REORDERING && dice.chance(LATE)) {
            int spread = 1 + dice.random().nextInt(LATE_MILLIS_SPREAD);
            return TimeUnit.MILLISECONDS.toNanos(LATE_MILLIS_MIN + dice.random().nextInt(spread));
        }
        return 0;
    }

    /** Whether a message answers another one, and would be no call of its own where nodes call each other. */
    public static boolean isAnswer(PeerMessage message) {
        return switch (message) {
            case Envelope envelope -> isAnswer(envelope.message());
            case NodeHeartbeat heartbeat -> false;
            case NodeHeartbeatAck ack -> true;
        };
    }

    private static boolean isAnswer(Message message) {
        return switch (message) {
            case AppendResponse m -> true;
            case HeartbeatResponse m -> true;
            case PreVoteResponse m -> true;
            case VoteResponse m -> true;
            case ReadIndexResponse m -> true;
            case AppendRequest m -> false;
            case Heartbeat m -> false;
            case PreVoteRequest m -> false;
            case VoteRequest m -> false;
            case ReadIndexRequest m -> false;
            case SnapshotRequest m -> false;
            case TimeoutNow m -> false;
        };
    }
}

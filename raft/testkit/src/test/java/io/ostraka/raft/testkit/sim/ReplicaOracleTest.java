package io.ostraka.raft.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.Entry;
import io.ostraka.raft.core.EntryType;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.HardState;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.raft.core.message.AppendResponse;
import io.ostraka.raft.core.message.AppendResult;
import io.ostraka.raft.core.message.Message;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.storage.LogWrite;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What may be said of entries that a later leader replaces. */
@NullMarked
final class ReplicaOracleTest {

    private static final ReplicaId OLD_LEADER = new ReplicaId(1);
    private static final ReplicaId FOLLOWER = new ReplicaId(2);
    private static final ReplicaId NEW_LEADER = new ReplicaId(3);

    private final GroupOracle group =
            new GroupOracle(new GroupId(1, 1), Membership.of(OLD_LEADER, FOLLOWER, NEW_LEADER));
    private final ReplicaOracle follower = group.replica(FOLLOWER);
    private final LogWrite old = append(FOLLOWER, 3, 2);
    private final LogWrite overwriting = append(FOLLOWER, 4, 2);

    @Test
    void entriesMayBeAcknowledgedOnceTheyAreForced() {
        oldLeaderLeads();
        write(old);
        follower.forced();

        assertThatCode(() -> follower.sending(matched(OLD_LEADER, 3, 2))).doesNotThrowAnyException();
    }

    @Test
    void entriesThatTheSameForceReplacedMayNotBeAcknowledged() {
        oldLeaderLeads();
        write(old);
        write(overwriting);
        follower.forced();

        assertThatThrownBy(() -> follower.sending(matched(OLD_LEADER, 3, 2)))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining(Invariant.DURABLE_BEFORE_SENT.name())
                .hasMessageContaining("another entry at 2");
        assertThatCode(() -> follower.sending(matched(NEW_LEADER, 4, 2))).doesNotThrowAnyException();
    }

    @Test
    void nothingOfAnEarlierTermMayLeave() {
        write(old);
        follower.forced();
        follower.observed(new Leadership(4, false, NEW_LEADER, 0, 0, false));

        assertThatThrownBy(() -> follower.sending(matched(OLD_LEADER, 3, 2)))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining(Invariant.PRESENT_TERM.name());
    }

    @Test
    void deposedLeaderMayBelieveOnlyInWhatWasOnDiskBeforeItWasReplaced() {
        oldLeaderLeads();
        long hash = group.replica(OLD_LEADER).core().hash(2);
        write(old);
        write(overwriting);
        follower.forced();
        assertThat(follower.durablyHeldIn(3, 2, hash)).isFalse();

        ReplicaOracle other = group.replica(NEW_LEADER);
        write(other, append(NEW_LEADER, 3, 2));
        other.forced();
        write(other, append(NEW_LEADER, 4, 1));
        other.forced();
        assertThat(other.durablyHolds(2, hash)).isFalse();
        assertThat(other.durablyHeldIn(3, 2, hash)).isTrue();
        assertThat(other.durablyHeldIn(4, 2, hash)).isFalse();
    }

    private void oldLeaderLeads() {
        group.replica(OLD_LEADER).submitted(append(OLD_LEADER, 3, 2));
        group.replica(OLD_LEADER).observed(new Leadership(3, true, OLD_LEADER, 0, 0, false));
    }

    private void write(LogWrite write) {
        write(follower, write);
    }

    private static void write(ReplicaOracle replica, LogWrite write) {
        replica.submitted(write);
        replica.wrote(write);
    }

    private static Message matched(ReplicaId to, long term, long index) {
        return new AppendResponse(FOLLOWER, to, term, new AppendResult.Matched(index), 1);
    }

    /** The first entries of a log, all of one term. */
    private static LogWrite append(ReplicaId replica, long term, int count) {
        List<Entry> entries = new ArrayList<>();
        for (int index = 1; index <= count; index++) {
            entries.add(new Entry(index, term, EntryType.COMMAND, Bytes.utf8("of term " + term)));
        }
        return new LogWrite.Append(replica, term, new HardState(term, null, 0), entries);
    }
}

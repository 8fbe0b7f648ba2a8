package io.ostraka.shardkv.server;

import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.Get;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.runtime.host.AddressBook;
import io.ostraka.raft.runtime.host.GroupStatus;
import io.ostraka.raft.runtime.host.Leadership;
import io.ostraka.raft.runtime.host.ProposalCallback;
import io.ostraka.raft.runtime.host.RaftGroup;
import io.ostraka.raft.runtime.host.ReadCallback;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.raft.runtime.host.Refusal;
import io.ostraka.raft.runtime.host.ThreadWorkers;
import io.ostraka.raft.runtime.storage.ReplicaDescriptor;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.shard.GroupFixture;
import io.ostraka.shardkv.shard.KvResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reads of a group whose rounds and readers wait until they are let go. */
class GroupReadsTest {

    private static final int SHARD = 1;
    private static final int WAITING_MAX = 2;
    private static final long NOW_NANOS = 50;
    private static final Bytes KEY = GroupFixture.key(SHARD, 0);

    private final GroupFixture fixture = new GroupFixture(1, 1);
    private final ControlLoop loop = new ControlLoop(new ThreadWorkers(), broken -> {});
    private final BackgroundScans scans = new BackgroundScans(new ThreadWorkers(), 0, () -> 0, broken -> {});
    private final Queue<Runnable> readers = new ArrayDeque<>();
    private final Queue<ReadCallback> rounds = new ArrayDeque<>();
    private final List<KvResponse> answered = new ArrayList<>();
    private Leadership leadership = new Leadership(3, true, fixture.options().replica(), 1, 0, false);
    private boolean byLease;
    private long nowNanos = NOW_NANOS;
    private GroupReads reads = newReads();

    @BeforeEach
    void shardIsServed() {
        fixture.configure(groups(fixture), plan(SHARD, fixture, 1, null));
        fixture.apply(new Command.CreateShard(SHARD));
        fixture.write(1, 1, SHARD, GroupFixture.put(KEY, "a"));
        reads = newReads();
    }

    @AfterEach
    void threadsEnd() {
        loop.close();
        scans.close();
    }

    private GroupReads newReads() {
        NodeOptions some = NodeOptions.defaults();
        NodeOptions options = new NodeOptions(
                some.valueBytesMax(),
                some.proposalBytesMax(),
                WAITING_MAX,
                some.parkedMax(),
                some.parkMillisMax(),
                some.streamPendingBytesMax(),
                some.readThreads(),
                some.digestBytesPerSecond(),
                some.digestIntervalMillis(),
                some.version());
        ServedGroup.Shared shared = new ServedGroup.Shared(
                options,
                () -> null,
                new RouteHints(() -> null, new AddressBook()),
                new ParkingLot(loop, () -> 0, 0),
                readers::add,
                () -> nowNanos);
        ReplicaDigests digests = new ReplicaDigests(scans);
        return new GroupReads(
                new ServedGroup(shared, new HeldRaft(), fixture.machine(), new GroupClock(0), digests), shared);
    }

    /** Reads whose round was over were no longer counted, and gathered without bound where the store was slow. */
    @Test
    void readCountsUntilItIsAnswered() {
        assertThat(read()).isTrue();
        assertThat(read()).isTrue();
        letRoundsGo();

        assertThat(read()).isFalse();
        assertThat(readFromAny(1)).isFalse();

        letReadersGo();
        assertThat(answered).extracting(KvResponse::getCode).containsOnly(StatusCode.OK);
        assertThat(readFromAny(1)).isTrue();
        assertThat(read()).isTrue();
        assertThat(readFromAny(1)).isFalse();
    }

    @Test
    void readWhoseTermEndedBeforeItsValueWasReadIsRefused() {
        read();
        letRoundsGo();
        leadership = new Leadership(4, true, fixture.options().replica(), 1, 0, false);

        letReadersGo();

        assertThat(answered).extracting(KvResponse::getCode).containsExactly(StatusCode.NOT_LEADER);
    }

    @Test
    void readWhoseLeaseEndedBeforeItsValueWasReadIsRefused() {
        byLease = true;
        leadership = new Leadership(3, true, fixture.options().replica(), 1, NOW_NANOS + 1, true);
        read();
        letRoundsGo();
        letReadersGo();
        read();
        letRoundsGo();
        leadership = new Leadership(3, true, fixture.options().replica(), 1, NOW_NANOS, true);
        letReadersGo();

        assertThat(answered).extracting(KvResponse::getCode).containsExactly(StatusCode.OK, StatusCode.NOT_LEADER);
    }

    /** A leader that falls quiet, or has asked another one to stand, leads without a lease; a round proves as much. */
    @Test
    void readThatARoundProvedNeedsNoLease() {
        leadership = new Leadership(3, true, fixture.options().replica(), 1, NOW_NANOS, false);
        read();
        letRoundsGo();
        letReadersGo();

        assertThat(answered).extracting(KvResponse::getCode).containsExactly(StatusCode.OK);
    }

    @Test
    void followerAnswersOnceARoundHasProvedHowFarItMustBe() {
        leadership = new Leadership(3, false, null, 1, 0, false);

        readFromAny(0);
        letReadersGo();
        assertThat(answered).isEmpty();
        letRoundsGo();
        letReadersGo();

        assertThat(answered).extracting(KvResponse::getCode).containsExactly(StatusCode.OK);
    }

    @Test
    void readThatMayBeOldTakesWhatAnEarlierRoundProved_untilThatIsTooLongAgo() {
        readFromAny(1_000);
        letRoundsGo();
        letReadersGo();
        nowNanos += TimeUnit.SECONDS.toNanos(1);
        readFromAny(1_000);
        letReadersGo();
        assertThat(answered).hasSize(2);

        nowNanos++;
        readFromAny(1_000);
        letReadersGo();
        assertThat(answered).hasSize(2);
        assertThat(rounds).hasSize(1);
    }

    @Test
    void readThatMayNotBeOldNeedsARoundOfItsOwn() {
        readFromAny(0);
        letRoundsGo();
        letReadersGo();
        readFromAny(0);
        letReadersGo();

        assertThat(answered).hasSize(1);
        assertThat(rounds).hasSize(1);
    }

    @Test
    void readFromAnyReplicaIsRefusedWhereNobodyLeads() {
        readFromAny(1_000);
        for (ReadCallback round = rounds.poll(); round != null; round = rounds.poll()) {
            round.completed(new ReadResult.Refused(new Refusal.NotLeader(null)));
        }
        letReadersGo();

        assertThat(answered).extracting(KvResponse::getCode).containsExactly(StatusCode.NOT_LEADER);
    }

    @Test
    void readFromAReplicaThatHasStoppedIsRefused_howeverOldTheAnswerMayBe() {
        readFromAny(0);
        letRoundsGo();
        leadership = Leadership.NONE;
        letReadersGo();
        readFromAny(Long.MAX_VALUE);
        letReadersGo();

        assertThat(answered)
                .extracting(KvResponse::getCode)
                .containsExactly(StatusCode.NOT_LEADER, StatusCode.NOT_LEADER);
    }

    /** A replica that is found to hold something wrong meanwhile shows no shard any more. */
    @Test
    void readFromAnyReplicaWhoseStateIsFoundOutBeforeItsValueWasReadIsRefused() {
        readFromAny(0);
        letRoundsGo();
        fixture.apply(new Command.Quarantine(fixture.options().replica(), SHARD, 1));
        letReadersGo();
        readFromAny(1_000);
        letReadersGo();

        assertThat(answered)
                .extracting(KvResponse::getCode)
                .containsExactly(StatusCode.NOT_LEADER, StatusCode.NOT_LEADER);
    }

    private boolean read() {
        return reads.add(request(), answered::addAll);
    }

    private boolean readFromAny(long maxStalenessMillis) {
        return reads.addFromAny(request(maxStalenessMillis), answered::addAll);
    }

    private static KvRequest request() {
        return request(0);
    }

    private static KvRequest request(long maxStalenessMillis) {
        return KvRequest.newBuilder()
                .setShard(SHARD)
                .setGet(Get.newBuilder()
                        .setKey(ByteString.copyFrom(KEY.toByteArray()))
                        .setMaxStalenessMillis(maxStalenessMillis))
                .build();
    }

    private void letRoundsGo() {
        for (ReadCallback round = rounds.poll(); round != null; round = rounds.poll()) {
            round.completed(new ReadResult.Ready(3, 1, byLease));
        }
    }

    private void letReadersGo() {
        for (Runnable reader = readers.poll(); reader != null; reader = readers.poll()) {
            reader.run();
        }
    }

    private final class HeldRaft implements RaftGroup<KvResult> {

        @Override
        public ReplicaDescriptor descriptor() {
            GroupFixture of = fixture;
            return new ReplicaDescriptor(
                    of.id(), of.options().replica(), of.options().founding(), true);
        }

        @Override
        public void propose(Bytes command, Budget budget, ProposalCallback<KvResult> callback) {
            throw new AssertionError("a read proposes nothing");
        }

        @Override
        public void read(ReadCallback callback) {
            rounds.add(callback);
        }

        @Override
        public Leadership leadership() {
            return leadership;
        }

        @Override
        public long appliedIndex() {
            return fixture.machine().view().applied().index();
        }

        @Override
        public void transferLeadership(@Nullable ReplicaId target) {
            throw new AssertionError("a read moves no leadership");
        }

        @Override
        public GroupStatus status() {
            throw new AssertionError("a read asks for no status");
        }
    }
}

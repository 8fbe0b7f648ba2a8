package io.ostraka.shardkv.shard;

import static io.ostraka.shardkv.shard.GroupFixture.append;
import static io.ostraka.shardkv.shard.GroupFixture.copy;
import static io.ostraka.shardkv.shard.GroupFixture.freeze;
import static io.ostraka.shardkv.shard.GroupFixture.groups;
import static io.ostraka.shardkv.shard.GroupFixture.groupsAndRetired;
import static io.ostraka.shardkv.shard.GroupFixture.handOver;
import static io.ostraka.shardkv.shard.GroupFixture.lost;
import static io.ostraka.shardkv.shard.GroupFixture.name;
import static io.ostraka.shardkv.shard.GroupFixture.plan;
import static io.ostraka.shardkv.shard.GroupFixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.ShardRecovery;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.ShardPlan;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How shards go on whose group was given up for dead, and what that group still does (DESIGN section 5). */
class GroupRecoveryTest {

    private static final int SHARD = 1;
    private static final Bytes KEY = GroupFixture.key(SHARD, 0);

    private final GroupFixture a = new GroupFixture(1, 1);
    private final GroupFixture b = new GroupFixture(2, 2);
    private final GroupFixture c = new GroupFixture(3, 3);
    private final ExportName toB = name(SHARD, 1, 1, a, b);

    /** Group a has the shard, and the plan is that b gets it. */
    @BeforeEach
    void shardServedByA() {
        for (GroupFixture group : List.of(a, b, c)) {
            group.configure(groups(a, b, c), plan(SHARD, a, 1, null));
        }
        a.apply(new Command.CreateShard(SHARD));
        a.write(1, 1, SHARD, put(KEY, "first"));
        for (GroupFixture group : List.of(a, b, c)) {
            group.configure(groups(a, b, c), plan(SHARD, a, 1, b));
        }
    }

    private void retire(GroupFixture dead, ShardPlan plan) {
        for (GroupFixture group : List.of(a, b, c)) {
            group.configure(groupsAndRetired(dead, living(dead)), plan);
        }
    }

    private GroupFixture[] living(GroupFixture dead) {
        return List.of(a, b, c).stream().filter(group -> group != dead).toArray(GroupFixture[]::new);
    }

    private static KvResult ignored(StepRefusal why) {
        return new KvResult.Ignored(why);
    }

    private static KvResult recover(GroupFixture group, long epoch) {
        return group.apply(new Command.RecoverShard(SHARD, epoch));
    }

    @Test
    void groupThatHasNothingGoesOnEmptyAtTheEpochNamed() {
        retire(a, lost(SHARD, c, 3, ShardRecovery.EMPTY));

        assertThat(recover(c, 3)).isEqualTo(KvResult.Heeded.INSTANCE);

        assertThat(c.state(SHARD)).isEqualTo(new ShardState.Serving(3));
        assertThat(c.get(SHARD, KEY)).isNull();
        assertThat(c.write(1, 2, SHARD, put(KEY, "anew"))).isInstanceOf(WriteResult.Done.class);
        assertThat(c.get(SHARD, KEY)).isEqualTo("anew");
    }

    @Test
    void groupThatOnceHeldTheShardMayGoOnAtAHigherEpochOnly() {
        handOver(toB, a, b);
        a.apply(new Command.CleanUp(toB));
        retire(b, lost(SHARD, a, 2, ShardRecovery.EMPTY));
        assertThat(recover(a, 2)).isEqualTo(ignored(StepRefusal.EPOCH_PASSED));
        retire(b, lost(SHARD, a, 4, ShardRecovery.EMPTY));

        assertThat(recover(a, 4)).isEqualTo(KvResult.Heeded.INSTANCE);
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Serving(4));
    }

    @Test
    void nothingGoesOnThatTheOwnConfigurationDoesNotName() {
        retire(a, lost(SHARD, c, 3, ShardRecovery.PENDING));
        assertThat(recover(c, 3)).isEqualTo(ignored(StepRefusal.NOT_PLANNED));
        retire(a, plan(SHARD, c, 3, null));
        assertThat(recover(c, 3)).isEqualTo(ignored(StepRefusal.NOT_PLANNED));
        retire(a, lost(SHARD, b, 3, ShardRecovery.EMPTY));
        assertThat(recover(c, 3)).isEqualTo(ignored(StepRefusal.NOT_PLANNED));
        retire(a, lost(SHARD, c, 3, ShardRecovery.EMPTY));
        assertThat(recover(c, 2)).isEqualTo(ignored(StepRefusal.NOT_PLANNED));
        assertThat(c.apply(new Command.RecoverShard(GroupFixture.SHARDS, 3)))
                .isEqualTo(ignored(StepRefusal.NO_SUCH_SHARD));

        assertThat(c.state(SHARD)).isEqualTo(ShardState.Absent.NEVER_HELD);
    }

    @Test
    void frozenCopyGoesOnWithDataSessionsAndTime() {
        ClientWrite write =
                new ClientWrite(new SessionId(5, 5), 1, 1, a.shardTimeMillis(SHARD), SHARD, append(KEY, "+line"));
        WriteResult first = a.write(write);
        freeze(toB, a, b);
        long frozenAt = a.shardTimeMillis(SHARD);
        a.pass(50_000);
        retire(b, lost(SHARD, a, 3, ShardRecovery.FROM_COPY));

        assertThat(recover(a, 3)).isEqualTo(KvResult.Heeded.INSTANCE);

        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Serving(3));
        assertThat(a.shardTimeMillis(SHARD)).isEqualTo(frozenAt);
        assertThat(a.write(write)).as("the retry of a write that had run").isEqualTo(first);
        assertThat(a.get(SHARD, KEY)).isEqualTo("first+line");
        a.store().flush();
        a.crash(0);
        assertThat(a.write(write)).isEqualTo(first);
        assertThat(a.get(SHARD, KEY)).isEqualTo("first+line");
    }

    @Test
    void groupHasNotForgottenAfterARestartThatAnotherWasGivenUp() {
        freeze(toB, a, b);
        retire(b, lost(SHARD, a, 1, ShardRecovery.PENDING));

        a.store().flush();
        a.crash(0);

        assertThat(a.apply(new Command.CleanUp(toB))).isEqualTo(ignored(StepRefusal.PEER_GONE));
        retire(b, lost(SHARD, a, 3, ShardRecovery.FROM_COPY));
        assertThat(recover(a, 3)).isEqualTo(KvResult.Heeded.INSTANCE);
        assertThat(a.get(SHARD, KEY)).isEqualTo("first");
    }

    @Test
    void replicaThatIsRepairedKnowsThatAnotherGroupWasGivenUp() {
        freeze(toB, a, b);
        retire(b, lost(SHARD, a, 1, ShardRecovery.PENDING));

        a.repair();

        assertThat(a.apply(new Command.CleanUp(toB))).isEqualTo(ignored(StepRefusal.PEER_GONE));
        retire(b, lost(SHARD, a, 3, ShardRecovery.FROM_COPY));
        assertThat(recover(a, 3)).isEqualTo(KvResult.Heeded.INSTANCE);
        assertThat(a.get(SHARD, KEY)).isEqualTo("first");
    }

    @Test
    void copyOfAnEarlierTimeIsClearedWhereTheShardGoesOnEmpty() {
        freeze(toB, a, b);
        retire(b, lost(SHARD, a, 3, ShardRecovery.EMPTY));

        assertThat(recover(a, 3)).isEqualTo(KvResult.Heeded.INSTANCE);

        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Serving(3));
        assertThat(a.get(SHARD, KEY)).isNull();
        assertThat(a.rowsOf(SHARD)).isZero();
    }

    @Test
    void nothingIsPassedOffAsACopy() {
        retire(a, lost(SHARD, c, 3, ShardRecovery.FROM_COPY));

        assertThat(recover(c, 3)).isEqualTo(ignored(StepRefusal.OTHER_STATE));
    }

    @Test
    void revisionsAfterARecoveryWereNeverGivenOutBefore() {
        freeze(toB, a, b);
        long copied = a.machine().view().shard(SHARD).revision();
        retire(b, lost(SHARD, a, 3, ShardRecovery.FROM_COPY));
        recover(a, 3);
        retire(b, lost(SHARD, c, 3, ShardRecovery.EMPTY));
        recover(c, 3);

        assertThat(copied).isPositive();
        for (GroupFixture group : List.of(a, c)) {
            assertThat(group.machine().view().shard(SHARD).revision()).isGreaterThan(copied + Integer.MAX_VALUE);
            group.store().flush();
            group.crash(0);
            assertThat(group.machine().view().shard(SHARD).revision()).isGreaterThan(copied + Integer.MAX_VALUE);
        }
    }

    @Test
    void copyThatIsFrozenForAGroupThatLivesDoesNotGoOn() {
        freeze(toB, a, b);
        retire(c, lost(SHARD, a, 3, ShardRecovery.FROM_COPY));

        assertThat(recover(a, 3)).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(a.state(SHARD)).isInstanceOf(ShardState.Frozen.class);
    }

    @Test
    void partialCopyIsForgottenBeforeTheShardGoesOnEmpty() {
        freeze(toB, a, b);
        copy(toB, a, b);
        retire(a, lost(SHARD, b, 3, ShardRecovery.EMPTY));

        assertThat(recover(b, 3)).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(b.apply(new Command.ForgetImport(toB, Command.ForgetProof.SOURCE_GONE)))
                .isEqualTo(KvResult.Heeded.INSTANCE);
        assertThat(recover(b, 3)).isEqualTo(KvResult.Heeded.INSTANCE);

        assertThat(b.get(SHARD, KEY)).isNull();
        assertThat(b.rowsOf(SHARD)).isZero();
    }

    @Test
    void activationThatComesAfterTheSourceWasGivenUpIsNotHeeded() {
        freeze(toB, a, b);
        copy(toB, a, b);
        Command.Activate late = GroupFixture.activation(toB, a);
        retire(a, lost(SHARD, a, 1, ShardRecovery.PENDING));

        assertThat(b.apply(late)).isEqualTo(ignored(StepRefusal.PEER_GONE));
        assertThat(b.state(SHARD)).isInstanceOf(ShardState.Importing.class);
    }

    @Test
    void nothingIsFrozenForAGroupThatWasGivenUp() {
        a.apply(new Command.BeginExport(toB));
        retire(b, lost(SHARD, a, 1, ShardRecovery.PENDING));

        assertThat(a.apply(new Command.Freeze(toB))).isEqualTo(ignored(StepRefusal.PEER_GONE));
        assertThat(a.apply(new Command.BeginExport(name(SHARD, 1, 2, a, b)))).isEqualTo(ignored(StepRefusal.PEER_GONE));
        assertThat(a.state(SHARD).isServing()).isTrue();
    }

    @Test
    void frozenCopyIsNotCleanedUpAtADeadGroupsWord() {
        handOver(toB, a, b);
        retire(b, lost(SHARD, b, 2, ShardRecovery.PENDING));
        assertThat(a.apply(new Command.CleanUp(toB))).isEqualTo(ignored(StepRefusal.PEER_GONE));

        retire(b, lost(SHARD, c, 4, ShardRecovery.EMPTY));
        assertThat(a.apply(new Command.CleanUp(toB))).isEqualTo(ignored(StepRefusal.PEER_GONE));
        retire(b, plan(SHARD, c, 4, null));
        assertThat(a.apply(new Command.CleanUp(toB))).isEqualTo(KvResult.Heeded.INSTANCE);

        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Absent(2));
    }

    @Test
    void noHandOverBeginsOfAShardThatIsBeingRecovered() {
        retire(b, new ShardPlan(SHARD, a.id(), 1, c.id(), ShardRecovery.PENDING));
        ExportName toC = name(SHARD, 1, 3, a, c);

        assertThat(c.apply(new Command.BeginImport(toC))).isEqualTo(ignored(StepRefusal.IN_RECOVERY));
        assertThat(a.apply(new Command.BeginExport(toC))).isEqualTo(ignored(StepRefusal.IN_RECOVERY));
        retire(b, plan(SHARD, a, 1, c));
        assertThat(c.apply(new Command.BeginImport(toC))).isEqualTo(KvResult.Heeded.INSTANCE);
        assertThat(a.apply(new Command.BeginExport(toC))).isEqualTo(KvResult.Heeded.INSTANCE);
    }

    @Test
    void importFromAGroupThatWasGivenUpDoesNotBegin() {
        retire(a, plan(SHARD, a, 1, b));

        assertThat(b.apply(new Command.BeginImport(toB))).isEqualTo(ignored(StepRefusal.PEER_GONE));
    }

    @Test
    void shardThatIsBeingRecoveredIsNotBorn() {
        int unborn = 2;
        retire(b, lost(unborn, c, 1, ShardRecovery.PENDING));

        assertThat(c.apply(new Command.CreateShard(unborn))).isEqualTo(ignored(StepRefusal.NOT_PLANNED));
    }

    @Test
    void groupThatHearsThatItWasGivenUpServesNothingAndKeepsWhatItHas() {
        int rows = a.rowsOf(SHARD);
        retire(a, lost(SHARD, a, 1, ShardRecovery.PENDING));

        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Retired(1));
        assertThat(a.machine().read(SHARD, KEY)).isInstanceOf(KvRead.NotServing.class);
        assertThat(a.write(1, 2, SHARD, put(KEY, "late"))).isInstanceOf(WriteResult.Refused.class);
        assertThat(a.rowsOf(SHARD)).isEqualTo(rows);
        a.store().flush();
        a.crash(0);
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Retired(1));
    }

    @Test
    void groupThatWasGivenUpNeverServesAgain() {
        a.apply(new Command.BeginExport(toB));
        retire(a, lost(SHARD, a, 1, ShardRecovery.PENDING));
        for (GroupFixture group : List.of(a, b, c)) {
            group.configure(groups(a, b, c), lost(SHARD, a, 9, ShardRecovery.EMPTY));
        }

        assertThat(recover(a, 9)).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(a.apply(new Command.CancelExport(toB))).isEqualTo(KvResult.Heeded.INSTANCE);
        assertThat(a.apply(new Command.Freeze(toB))).isEqualTo(ignored(StepRefusal.OTHER_STATE));
        assertThat(a.state(SHARD)).isEqualTo(new ShardState.Retired(1));
    }
}

package io.ostraka.shardctrler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ReplicaRow;
import io.ostraka.shardctrler.codec.ImageCodec;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Change.JoiningGroup;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ControllerResult.Done;
import io.ostraka.shardctrler.command.ControllerResult.Reason;
import io.ostraka.shardctrler.command.ControllerResult.Refused;
import io.ostraka.shardctrler.command.ControllerResult.Unchanged;
import io.ostraka.shardctrler.command.RequestId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ChangesTest {

    private final PlannedCluster cluster = PlannedCluster.withNodes(10, 3);

    @Test
    void unknownGidIsRefused() {
        // FAULTS D5, H6: a phantom group must never get shards, not even from a later join.
        cluster.join(1);

        assertRefused(cluster.move(3, 77), Reason.REJECTED, "no group 77");
        assertRefused(cluster.leave(77), Reason.REJECTED, "no group 77");
        cluster.join(2);
        cluster.check(1L, 2L);
    }

    @Test
    void shardOutOfRangeIsRefused() {
        // FAULTS D5, Z2: out of range never reaches an array.
        cluster.join(1);

        assertRefused(cluster.move(10, 1), Reason.INVALID, "no shard 10");
        assertRefused(cluster.move(-1, 1), Reason.INVALID, "from 0 to 9");
        assertRefused(cluster.change(new Change.Unpin(List.of(10))), Reason.INVALID, "no shard 10");
    }

    @Test
    void groupThatHasJoinedIsNotJoinedAgain() {
        cluster.join(1);

        assertRefused(cluster.join(1), Reason.REJECTED, "joined already");
        assertRefused(cluster.join(2, 2), Reason.INVALID, "twice");
        assertRefused(cluster.join(2, 1), Reason.REJECTED, "joined already");
        assertThat(cluster.members()).containsExactly(1L);
    }

    @Test
    void emptyJoinsAndLeavesAreRefused() {
        // FAULTS D5, H7.
        assertRefused(cluster.join(), Reason.INVALID, "names no group");
        assertRefused(cluster.join(1, List.of()), Reason.REJECTED, "no addresses");
        assertRefused(cluster.leave(), Reason.INVALID, "names no group");
        assertRefused(cluster.change(new Change.Unpin(List.of())), Reason.INVALID, "names no shard");
        cluster.check();
    }

    @Test
    void gidOfZeroOrLessIsRefused() {
        for (long gid : new long[] {0, -1, Long.MIN_VALUE}) {
            assertRefused(cluster.join(gid), Reason.INVALID, "positive");
            assertRefused(cluster.leave(gid), Reason.INVALID, "positive");
            assertRefused(cluster.move(0, gid), Reason.INVALID, "positive");
        }
    }

    @Test
    void malformedAddressIsRefused() {
        assertRefused(cluster.join(1, List.of("nohost")), Reason.INVALID, "host:port");
        assertRefused(cluster.join(1, List.of("n1:1", "n2:0")), Reason.INVALID, "65535");
    }

    @Test
    void addressTwiceWithinOneGroupIsRefused() {
        assertRefused(cluster.join(1, List.of("n1:1", "n2:1", "n1:1")), Reason.INVALID, "twice");
    }

    @Test
    void addressMayServeSeveralGroups() {
        assertThat(cluster.join(1, 2)).isInstanceOf(Done.class);
    }

    @Test
    void addressWhereNoNodeHasRegisteredIsRefused() {
        assertRefused(cluster.join(1, List.of("n1:1", "n9:1")), Reason.REJECTED, "no node has registered at n9:1");
    }

    @Test
    void tooManyReplicasOrTooMuchWeightIsRefused() {
        List<String> many = new ArrayList<>();
        for (int i = 1; i <= 16; i++) {
            many.add("n" + i + ":1");
        }
        assertRefused(cluster.join(1, many), Reason.INVALID, "at most 15");
        assertRefused(
                cluster.change(new Change.Join(List.of(new JoiningGroup(1, List.of("n1:1"), 1_001)))),
                Reason.INVALID,
                "weight");
    }

    @Test
    void moveToTheGroupThatHasTheShardChangesNothingAndSaysSo() {
        cluster.join(1);

        assertThat(cluster.move(4, 1))
                .isInstanceOfSatisfying(
                        Unchanged.class, same -> assertThat(same.why()).contains("already"));
        assertThat(cluster.config().num()).isEqualTo(1);
    }

    @Test
    void nothingIsPlannedBeforeTheClusterIsFounded() {
        PlannedCluster unfounded = new PlannedCluster();

        assertRefused(unfounded.join(1), Reason.NOT_INITIALISED, "controller init");
        assertRefused(unfounded.register(1, "n1:1"), Reason.NOT_INITIALISED, "controller init");
    }

    @Test
    void clusterIsFoundedOnce() {
        List<ControllerMember> members = List.of(new ControllerMember(1L << 62, 5, "ctrl:1"));

        assertThat(cluster.apply(new Initialise(77, 10, members, 1))).isInstanceOf(Unchanged.class);
        assertRefused(cluster.apply(new Initialise(77, 11, members, 1)), Reason.REJECTED, "initialised already");
        assertRefused(cluster.apply(new Initialise(78, 10, members, 1)), Reason.REJECTED, "initialised already");
    }

    @Test
    void foundingRequestsThatMakeNoSenseAreRefused() {
        ControllerMember a = new ControllerMember(1, 5, "a:1");
        PlannedCluster none = new PlannedCluster();

        assertRefused(none.apply(new Initialise(0, 10, List.of(a), 1)), Reason.INVALID, "id");
        assertRefused(none.apply(new Initialise(1, 0, List.of(a), 1)), Reason.INVALID, "16384");
        assertRefused(none.apply(new Initialise(1, 16_385, List.of(a), 1)), Reason.INVALID, "16384");
        assertRefused(none.apply(new Initialise(1, 10, List.of(), 1)), Reason.INVALID, "controllers");
        assertRefused(none.apply(new Initialise(1, 10, List.of(a, a), 1)), Reason.INVALID, "twice");
        assertRefused(
                none.apply(new Initialise(1, 10, List.of(new ControllerMember(0, 5, "a:1")), 1)),
                Reason.INVALID,
                "format");
        assertThat(none.state()).isEqualTo(ControllerState.EMPTY);
    }

    @Test
    void repeatOfARequestIsAnsweredAsBeforeAndChangesNothing() {
        Administer join = new Administer(
                new RequestId(9, 9), 0, new Change.Join(List.of(new JoiningGroup(1, List.of("n1:1"), 0))));
        Done first = (Done) cluster.apply(join);
        cluster.leave(1);

        Done second = (Done) cluster.apply(join);

        assertThat(second.num()).isEqualTo(first.num());
        assertThat(second.revision()).isEqualTo(first.revision());
        cluster.check();
    }

    @Test
    void oldestRequestsAreForgottenInTheOrderOfTheLog() {
        cluster.join(1, 2);
        for (int i = 0; i < RecordedRequests.COUNT_MAX; i++) {
            cluster.move(0, i % 2 + 1);
        }

        assertThat(cluster.state().requests().requests()).hasSize(RecordedRequests.COUNT_MAX);
        assertThat(cluster.state().requests().find(new RequestId(1, 1))).isEmpty();
        assertThat(cluster.state().requests().find(new RequestId(1, 2))).isPresent();
    }

    @Test
    void requestWithoutAnIdIsRefused() {
        assertRefused(cluster.apply(new Administer(new RequestId(0, 0), 0, new Change.Undo(0))), Reason.INVALID, "id");
    }

    @Test
    void changePlannedOnAnotherMapIsRefused() {
        cluster.join(1);
        cluster.join(2);
        Change move = new Change.Move(0, cluster.desired(0) == 1 ? 2 : 1);

        assertRefused(cluster.apply(new Administer(new RequestId(5, 1), 1, move)), Reason.STALE_PLAN, "plan again");
        assertThat(cluster.apply(new Administer(new RequestId(5, 2), 2, move))).isInstanceOf(Done.class);
    }

    @Test
    void movedShardIsPinnedUntilUnpinned() {
        cluster.join(1);
        for (int shard = 0; shard < 10; shard++) {
            cluster.join(2 + shard);
        }
        long gid = cluster.desired(0) == 5 ? 6 : 5;
        cluster.move(0, gid);
        cluster.leave(gid == 5 ? 6 : 5);
        assertThat(cluster.desired(0)).isEqualTo(gid);
        assertThat(cluster.config().shard(0).pinned()).isTrue();

        long num = cluster.config().num();
        assertThat(cluster.change(new Change.Unpin(List.of(0)))).isInstanceOf(Done.class);
        assertThat(cluster.config().num()).as("no other map").isEqualTo(num);
        assertThat(cluster.change(new Change.Unpin(List.of(0)))).isInstanceOf(Unchanged.class);
    }

    @Test
    void leaveDropsThePinsOnThatGroup() {
        cluster.join(1, 2);
        cluster.move(0, cluster.desired(0) == 1 ? 2 : 1);
        long pinnedTo = cluster.desired(0);

        cluster.leave(pinnedTo);

        assertThat(cluster.config().shard(0).pinned()).isFalse();
        cluster.check(3 - pinnedTo);
    }

    @Test
    void undoPlansTheWayBack() {
        cluster.join(1, 2);
        long before = cluster.desired(0);
        cluster.move(0, 3 - before);

        Done undone = (Done) cluster.change(new Change.Undo(1));

        assertThat(undone.num()).isEqualTo(3);
        assertThat(cluster.desired(0)).isEqualTo(before);
        assertThat(cluster.config().shard(0).pinned()).isFalse();
        assertThat(cluster.change(new Change.Undo(1))).isInstanceOf(Unchanged.class);
        assertRefused(cluster.change(new Change.Undo(9)), Reason.INVALID, "from 0 to 3");
        assertRefused(cluster.change(new Change.Undo(-1)), Reason.INVALID, "from 0 to 3");
        assertRefused(cluster.change(new Change.Undo(0)), Reason.REJECTED, "to no group");
    }

    @Test
    void moveAndUndoToALeavingGroupAreRefused() {
        cluster.join(1);
        cluster.carryOut();
        cluster.join(2);
        cluster.leave(1);

        assertRefused(cluster.move(0, 1), Reason.REJECTED, "leaving");
        assertRefused(cluster.change(new Change.Undo(1)), Reason.REJECTED, "leaving");
        assertThat(cluster.leave(1)).isInstanceOf(Unchanged.class);
    }

    @Test
    void joinOfALeavingGroupCancelsTheLeave() {
        cluster.join(1);
        cluster.carryOut();
        cluster.join(2);
        GroupRef one = cluster.ref(1);
        cluster.leave(1);
        assertThat(cluster.members()).containsExactly(2L);

        assertRefused(cluster.join(1, List.of("n2:1")), Reason.REJECTED, "n1:1");
        cluster.join(1);

        cluster.check(1L, 2L);
        assertThat(cluster.ref(1)).isEqualTo(one);
    }

    @Test
    void gidThatIsJoinedAgainIsAnotherGroup() {
        cluster.join(1);
        GroupRef first = cluster.ref(1);
        cluster.leave(1);
        cluster.join(1);

        assertThat(cluster.ref(1)).isEqualTo(new GroupRef(1, 3)).isNotEqualTo(first);
    }

    @Test
    void replicaIdsAreUniqueInTheCluster() {
        cluster.join(1, List.of("n1:1", "n2:1", "n3:1"));
        cluster.join(2, 3);
        TreeSet<Long> ids = new TreeSet<>();
        cluster.config()
                .groups()
                .values()
                .forEach(row ->
                        row.replicas().stream().map(ReplicaRow::replicaId).forEach(ids::add));
        cluster.leave(2);
        cluster.join(2);

        assertThat(ids).hasSize(5);
        assertThat(cluster.config().group(2).orElseThrow().replicas().get(0).replicaId())
                .isGreaterThan(ids.last());
    }

    @Test
    void weightsDivideTheShards() {
        cluster.change(new Change.Join(
                List.of(new JoiningGroup(1, List.of("n1:1"), 4), new JoiningGroup(2, List.of("n2:1"), 1))));

        assertThat(cluster.load()).containsEntry(1L, 8).containsEntry(2L, 2);
    }

    @Test
    void randomChangesKeepTheMapBalancedAndTheSameOnEveryReplica() {
        for (long seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            PlannedCluster one = PlannedCluster.withNodes(random.nextInt(1, 40), 3);
            for (int step = 0; step < 60; step++) {
                long num = one.config().num();
                ControllerResult result = randomStep(random, one);
                boolean rebalanced = result instanceof Done done
                        && done.num() > num
                        && (done.message().startsWith("joined")
                                || done.message().contains("leaving"));
                if (rebalanced && !one.members().isEmpty()) {
                    assertThat(Collections.max(one.load().values())
                                    - Collections.min(one.load().values()))
                            .as("seed %d", seed)
                            .isLessThanOrEqualTo(1);
                }
            }
            assertThat(one.state().history().steps()).hasSize((int) one.config().num());
            assertThat(ImageCodec.decode(ImageCodec.encode(one.state()))).isEqualTo(one.state());
        }
    }

    private static ControllerResult randomStep(SplittableRandom random, PlannedCluster cluster) {
        int shard = random.nextInt(cluster.config().shardCount());
        return switch (random.nextInt(8)) {
            case 0, 1 -> cluster.join(random.nextInt(1, 9));
            case 2 -> cluster.leave(random.nextInt(1, 9));
            case 3 -> cluster.move(shard, random.nextInt(1, 9));
            case 4 ->
                cluster.change(new Change.Undo(random.nextLong(cluster.config().num() + 1)));
            case 5 -> cluster.change(new Change.Unpin(List.of(shard)));
            default -> {
                cluster.arrive(shard);
                yield new Unchanged(0, 0, "");
            }
        };
    }

    private static void assertRefused(ControllerResult result, Reason reason, String text) {
        assertThat(result).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.message()).contains(text);
        });
    }
}

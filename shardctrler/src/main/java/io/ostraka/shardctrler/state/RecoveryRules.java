package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.Recoveries.Recovery;
import io.ostraka.shardctrler.state.Recoveries.Said;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** How a shard goes on, from what the groups have said of it; {@link Recoveries} says why. Pure. */
final class RecoveryRules {

    /** What is to be done about one shard. */
    sealed interface Verdict {

        /** Nothing yet: these groups have not had their last word. */
        record Waits(SortedSet<GroupRef> groups) implements Verdict {

            /** Copies the set. */
            public Waits {
                groups = Collections.unmodifiableSortedSet(new TreeSet<>(groups));
            }
        }

        /** Nothing was lost: the owner has the token, or has frozen the shard for a group that lives. */
        record Kept() implements Verdict {}

        /** It goes on from the copy that this group froze for a dead one. */
        record FromCopy(GroupRef at, long epoch) implements Verdict {}

        /** It goes on empty. */
        record Empty(GroupRef at) implements Verdict {}

        /** It would go on empty, and there is no group that is to hold it. */
        record Homeless() implements Verdict {}
    }

    private RecoveryRules() {}

    /**
     * The verdict on a shard that has an owner.
     *
     * @param alive whether a group is there and not retired
     * @param planned the group that is to hold the shard when all that is planned is done
     */
    static Verdict of(ShardRow row, Recovery recovery, Predicate<GroupRef> alive, @Nullable GroupRef planned) {
        GroupRef owner = Objects.requireNonNull(row.owner(), "a shard without owner has nothing to lose");
        Said byOwner = recovery.said().get(owner);
        if (byOwner != null && alive.test(owner)) {
            if (byOwner.state().holdsToken() && byOwner.epoch() == row.epoch()) {
                return new Verdict.Kept();
            }
            if (byOwner.state() == TokenState.FROZEN && byOwner.epoch() == row.epoch() + 1) {
                return isDead(byOwner.peer(), alive)
                        ? new Verdict.FromCopy(owner, byOwner.epoch())
                        : new Verdict.Kept();
            }
        }
        TreeSet<GroupRef> waiting = new TreeSet<>();
        GroupRef copy = null;
        long newest = 0;
        for (GroupRef group : recovery.asked()) {
            if (!alive.test(group)) {
                continue;
            }
            Said said = recovery.said().get(group);
            if (said == null || !isLastWord(said, alive)) {
                waiting.add(group);
                if (said != null && said.state() == TokenState.IMPORTING && said.peer() != null) {
                    waiting.add(said.peer());
                }
            } else if (isCopy(said, recovery, alive) && said.epoch() > newest) {
                copy = group;
                newest = said.epoch();
            }
        }
        if (!waiting.isEmpty()) {
            return new Verdict.Waits(waiting);
        }
        if (copy != null) {
            return new Verdict.FromCopy(copy, newest);
        }
        return planned == null ? new Verdict.Homeless() : new Verdict.Empty(planned);
    }

    private static boolean isCopy(Said said, Recovery recovery, Predicate<GroupRef> alive) {
        return said.state() == TokenState.FROZEN && isDead(said.peer(), alive) && said.epoch() >= recovery.copyFloor();
    }

    /** Whether the group can have nothing else to say of the shard, now that no new hand-over begins. */
    private static boolean isLastWord(Said said, Predicate<GroupRef> alive) {
        return switch (said.state()) {
            case ABSENT, FROZEN, RETIRED -> true;
            case IMPORTING -> isDead(said.peer(), alive);
            // Who holds the token says so as an owner; at another epoch than the table has, something is very wrong.
            case SERVING, EXPORTING -> false;
        };
    }

    private static boolean isDead(@Nullable GroupRef group, Predicate<GroupRef> alive) {
        return group != null && !alive.test(group);
    }

    /** Carries out the verdicts that can be given now. */
    static void settle(ConfigDraft draft) {
        for (Map.Entry<Integer, Recovery> entry : draft.pendingRecoveries().entrySet()) {
            int shard = entry.getKey();
            ShardRow row = draft.shard(shard);
            switch (of(row, entry.getValue(), draft::isAlive, draft.desired(shard))) {
                case Verdict.Waits waits -> {}
                case Verdict.Homeless homeless -> {}
                case Verdict.Kept kept -> draft.endRecovery(shard);
                case Verdict.FromCopy copy -> draft.nameFromCopy(shard, copy.at(), copy.epoch());
                case Verdict.Empty empty -> {
                    if (entry.getValue().asked().contains(empty.at())) {
                        draft.nameEmpty(shard, empty.at());
                    } else {
                        draft.askToo(shard, empty.at());
                    }
                }
            }
        }
    }
}

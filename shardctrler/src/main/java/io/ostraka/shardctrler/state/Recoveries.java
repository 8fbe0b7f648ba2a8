package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.GroupRef;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.TokenState;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/*
 * How a shard goes on whose token may be lost with a group that died for good (DESIGN section 5, `shard recover`).
 *
 * The controller's table says who held the token last; only the groups' logs say who holds it now. So the group's
 * identity is retired at a revision R, and every group that may hold the token, or have a copy, says from its own log
 * at R or later what it has. What it says stays true, since from R on its log refuses whatever could change it: no
 * import of a shard that is PENDING begins, nothing is taken from a retired group, frozen for it or cleaned up at its
 * word. Only an import from a group that lives may still end well, and is waited for.
 *
 * Who may have it:
 *
 * - the recorded owner, unless it is the dead group;
 * - the group that the shard is planned to, and those whose plan was dropped and is not settled (Settlements): a group
 *   imports only what one revision named for it together with that owner and epoch;
 * - the owner before, which may still have its frozen copy;
 * - and before a shard goes on empty, the group where it is to do so: an import there must have ended.
 *
 * Then, in this order: whoever holds the token keeps it, and nothing was lost. A copy that is frozen for a group that
 * lives is in good hands. A copy that is frozen for a dead group goes on from the freeze, the newest if there are
 * several. With no copy the shard goes on empty, where it is planned to; what that group may still have of it from an
 * earlier time is cleared, and a copy that was frozen for an epoch before the one that was lost is never taken. The
 * epoch that the controller names is two above the recorded one: a group that took the token from the recorded owner
 * has one above, and nobody took it from that one, since no revision ever named it as owner.
 */
/**
 * The shards that are PENDING, and what groups have said of them; for each shard its owner before, which may have a
 * copy; and how shards went on, for people to know. Immutable.
 *
 * @param pending by shard
 * @param ownersBefore by shard
 * @param outcomes by shard, the latest of each
 */
public record Recoveries(
        SortedMap<Integer, Recovery> pending,
        SortedMap<Integer, GroupRef> ownersBefore,
        SortedMap<Integer, Outcome> outcomes) {

    /** Nothing is lost. */
    public static final Recoveries EMPTY = new Recoveries(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    /** Copies the maps. */
    public Recoveries {
        pending = Collections.unmodifiableSortedMap(new TreeMap<>(pending));
        ownersBefore = Collections.unmodifiableSortedMap(new TreeMap<>(ownersBefore));
        outcomes = Collections.unmodifiableSortedMap(new TreeMap<>(outcomes));
    }

    /**
     * One shard.
     *
     * @param revision that retired the group; earlier reports say nothing
     * @param copyFloor a copy that was frozen for a lower epoch is older than what was lost, and does not count
     * @param lastEpoch the highest epoch that the shard can have had; it goes on above
     * @param asked who may hold the token or have a copy
     * @param said what they said last, by group
     */
    public record Recovery(
            long revision, long copyFloor, long lastEpoch, SortedSet<GroupRef> asked, SortedMap<GroupRef, Said> said) {

        /** Copies the collections. */
        public Recovery {
            asked = Collections.unmodifiableSortedSet(new TreeSet<>(asked));
            said = Collections.unmodifiableSortedMap(new TreeMap<>(said));
        }

        private boolean waitsFor(OwnerReport report) {
            return asked.contains(report.group())
                    && report.appliedRevision() >= revision
                    && !Said.of(report).equals(said.get(report.group()));
        }

        private Recovery with(OwnerReport report) {
            TreeMap<GroupRef, Said> more = new TreeMap<>(said);
            more.put(report.group(), Said.of(report));
            return new Recovery(revision, copyFloor, lastEpoch, asked, more);
        }

        Recovery askingAlso(GroupRef group) {
            TreeSet<GroupRef> more = new TreeSet<>(asked);
            more.add(group);
            return new Recovery(revision, copyFloor, lastEpoch, more, said);
        }
    }

    /**
     * What a group's log has of a shard.
     *
     * @param state the state
     * @param epoch its epoch
     * @param peer the group that it is exported to, frozen for or imported from
     */
    public record Said(
            TokenState state, long epoch, @Nullable GroupRef peer) {

        static Said of(OwnerReport report) {
            return new Said(report.state(), report.at().epoch(), report.peer());
        }
    }

    /** From what a shard goes on. */
    public enum Source {
        /** Its owner has the token. */
        OWNER,
        /** A copy that was frozen for the dead group. */
        FROZEN_COPY,
        /** Nothing. */
        EMPTY
    }

    /**
     * How a shard went on.
     *
     * @param source from what
     * @param at where
     * @param epoch at which epoch
     * @param copyEpoch the epoch for which the copy was frozen; 0: there was none
     */
    public record Outcome(Source source, GroupRef at, long epoch, long copyEpoch) {}

    /** Whether the report tells something that is waited for. */
    boolean waitsFor(OwnerReport report) {
        Recovery recovery = pending.get(report.at().shard());
        return recovery != null && recovery.waitsFor(report);
    }

    /** Collects changes while a command is applied. */
    static final class Draft {

        private final TreeMap<Integer, Recovery> pending;
        private final TreeMap<Integer, GroupRef> ownersBefore;
        private final TreeMap<Integer, Outcome> outcomes;
        private boolean changed;

        Draft(Recoveries base) {
            pending = new TreeMap<>(base.pending);
            ownersBefore = new TreeMap<>(base.ownersBefore);
            outcomes = new TreeMap<>(base.outcomes);
        }

        void begin(int shard, Recovery recovery) {
            pending.put(shard, recovery);
            changed = true;
        }

        void heard(OwnerReport report) {
            Recovery recovery = pending.get(report.at().shard());
            if (recovery != null && recovery.waitsFor(report)) {
                pending.put(report.at().shard(), recovery.with(report));
                changed = true;
            }
        }

        boolean over(int shard) {
            boolean was = pending.remove(shard) != null;
            changed |= was;
            return was;
        }

        void wentOn(int shard, Outcome outcome) {
            changed |= !outcome.equals(outcomes.put(shard, outcome));
        }

        void ownedBefore(int shard, GroupRef owner) {
            changed |= !owner.equals(ownersBefore.put(shard, owner));
        }

        Optional<GroupRef> ownerBefore(int shard) {
            return Optional.ofNullable(ownersBefore.get(shard));
        }

        SortedMap<Integer, Recovery> pending() {
            return pending;
        }

        boolean needs(GroupRef group) {
            return pending.values().stream()
                    .anyMatch(recovery -> recovery.asked().contains(group));
        }

        boolean isChanged() {
            return changed;
        }

        Recoveries build() {
            return new Recoveries(pending, ownersBefore, outcomes);
        }
    }
}

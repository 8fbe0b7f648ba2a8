package io.ostraka.shardctrler.state;

import io.ostraka.proto.config.GroupRef;
import io.ostraka.shardctrler.command.KnownGroups;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.TokenState;
import io.ostraka.shardctrler.state.Recoveries.Said;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What was heard since the controllers were restored from a backup; {@link Restores} says why. Immutable.
 *
 * @param fromRevision a group has spoken of a shard only if its log had applied this revision
 * @param heard the shards that each group has spoken of
 * @param evidence of each shard that was ever born, the word that tells most of where its token is
 * @param settled the shards whose owner has confirmed them
 * @param resumed whether an administrator has said that shards go on whose token nobody has
 * @param known what the newest log that was heard knows of groups
 * @param told the groups that have said which groups their logs know
 */
public record Restoration(
        long fromRevision,
        SortedMap<GroupRef, ShardSet> heard,
        SortedMap<Integer, Evidence> evidence,
        ShardSet settled,
        boolean resumed,
        KnownGroups known,
        SortedSet<GroupRef> told) {

    /** No restore is under way. */
    public static final Restoration NONE = new Restoration(
            0, new TreeMap<>(), new TreeMap<>(), ShardSet.EMPTY, false, KnownGroups.NONE, new TreeSet<>());

    /** Copies the maps. */
    public Restoration {
        heard = Collections.unmodifiableSortedMap(new TreeMap<>(heard));
        evidence = Collections.unmodifiableSortedMap(new TreeMap<>(evidence));
        told = Collections.unmodifiableSortedSet(new TreeSet<>(told));
    }

    /**
     * A word on a shard. Whatever it says, the shard has had the epoch that it names.
     *
     * @param group who said it
     * @param said what
     */
    public record Evidence(GroupRef group, Said said) {

        /**
         * Whether it tells where the token is: with who holds it, or on its way to a group that lives. Only the very
         * import that a copy was frozen for can take the token, and nothing but its success ends it (DESIGN section 5).
         */
        boolean showsToken(Predicate<GroupRef> alive) {
            if (!alive.test(group)) {
                return false;
            }
            GroupRef peer = said.peer();
            return said.state().holdsToken()
                    ? said.epoch() > 0
                    : said.state() == TokenState.FROZEN && said.epoch() > 1 && peer != null && alive.test(peer);
        }

        /** Whether it is no word of a log, but says that the shard was to go on from the group's copy at this epoch. */
        boolean namesCopy() {
            return said.state() == TokenState.FROZEN && said.peer() == null;
        }

        /**
         * Whether this, which was heard later, tells more: of a later epoch; or of the same one by the same group, or
         * by one that has the token or freezes it for another.
         */
        boolean tellsMoreThan(Evidence known) {
            if (said.epoch() != known.said.epoch()) {
                return said.epoch() > known.said.epoch();
            }
            return group.equals(known.group) || rank(said.state()) > rank(known.said.state());
        }

        private static int rank(TokenState state) {
            return switch (state) {
                case SERVING, EXPORTING -> 2;
                case FROZEN -> 1;
                case ABSENT, IMPORTING, RETIRED -> 0;
            };
        }
    }

    /** Collects changes while a command is applied. */
    static final class Draft {

        private final TreeMap<GroupRef, ShardSet> heard;
        private final TreeMap<Integer, Evidence> evidence;
        private final TreeSet<GroupRef> told;
        private final Restoration base;
        private long fromRevision;
        private ShardSet settled;
        private boolean resumed;
        private KnownGroups known;
        private boolean changed;

        Draft(Restoration base) {
            this.base = base;
            heard = new TreeMap<>(base.heard);
            evidence = new TreeMap<>(base.evidence);
            told = new TreeSet<>(base.told);
            fromRevision = base.fromRevision;
            settled = base.settled;
            resumed = base.resumed;
            known = base.known;
        }

        /** Whether the word counts from the revision that it was said at. */
        boolean counts(OwnerReport report) {
            return report.appliedRevision() >= fromRevision;
        }

        void hear(OwnerReport report) {
            int shard = report.at().shard();
            if (counts(report)) {
                ShardSet before = heard.getOrDefault(report.group(), ShardSet.EMPTY);
                ShardSet after = before.and(shard);
                heard.put(report.group(), after);
                changed |= !after.equals(before);
            }
            Evidence word = new Evidence(report.group(), Said.of(report));
            Evidence known = evidence.get(shard);
            boolean news = known == null ? report.at().epoch() > 0 : word.tellsMoreThan(known) && !word.equals(known);
            if (news) {
                evidence.put(shard, word);
                changed = true;
            }
        }

        /** Whether the group has said which groups its log knows. */
        boolean hasTold(GroupRef group) {
            return told.contains(group);
        }

        /** Whether the group has spoken of all shards. */
        boolean hasHeardAll(GroupRef group, int shards) {
            return heard.getOrDefault(group, ShardSet.EMPTY).size() == shards;
        }

        /** Whether the group has spoken of the shard. */
        boolean hasHeard(GroupRef group, int shard) {
            return heard.getOrDefault(group, ShardSet.EMPTY).contains(shard);
        }

        /** Whether the group has said anything. */
        boolean hasHeard(GroupRef group) {
            return heard.containsKey(group);
        }

        SortedMap<Integer, Evidence> evidence() {
            return evidence;
        }

        void settle(int shard) {
            ShardSet more = settled.and(shard);
            changed |= !more.equals(settled);
            settled = more;
        }

        boolean isSettled(int shard) {
            return settled.contains(shard);
        }

        KnownGroups known() {
            return known;
        }

        /** What a log knows of groups; configurations have one order, so the newest tells how things are. */
        void hear(KnownGroups groups) {
            changed |= groups.speaker() != null && told.add(groups.speaker());
            if (groups.appliedRevision() > known.appliedRevision()) {
                known = groups;
                changed = true;
            }
        }

        /** The group is not waited for any more, also if it was never there. */
        void giveUp(GroupRef group) {
            KnownGroups without = known.without(group);
            changed |= !without.equals(known);
            known = without;
        }

        boolean isResumed() {
            return resumed;
        }

        void resume() {
            changed |= !resumed;
            resumed = true;
        }

        /** From now on only words count that were said at this revision or later; all are asked again. */
        void askFrom(long revision) {
            fromRevision = revision;
            heard.clear();
            settled = ShardSet.EMPTY;
            changed = true;
        }

        void end() {
            heard.clear();
            evidence.clear();
            told.clear();
            settled = ShardSet.EMPTY;
            fromRevision = 0;
            resumed = false;
            known = KnownGroups.NONE;
            changed = true;
        }

        boolean isChanged() {
            return changed;
        }

        Restoration build() {
            return changed ? new Restoration(fromRevision, heard, evidence, settled, resumed, known, told) : base;
        }
    }
}

package io.ostraka.shardctrler.command;

import io.ostraka.proto.config.GroupRef;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The groups that there are by the configuration that a group's log has applied.
 *
 * @param speaker the group whose log it is; null: no log was heard
 * @param appliedRevision revision of that configuration
 * @param num number of its map
 * @param alive the groups but for those that were given up for dead
 * @param retired those
 */
public record KnownGroups(
        @Nullable GroupRef speaker,
        long appliedRevision,
        long num,
        SortedSet<GroupRef> alive,
        SortedSet<GroupRef> retired) {

    /** No log was heard. */
    public static final KnownGroups NONE = new KnownGroups(null, 0, 0, new TreeSet<>(), new TreeSet<>());

    /** Copies the sets. */
    public KnownGroups {
        alive = Collections.unmodifiableSortedSet(new TreeSet<>(alive));
        retired = Collections.unmodifiableSortedSet(new TreeSet<>(retired));
    }

    /** The same, but that the group was given up, if it was there. */
    public KnownGroups without(GroupRef group) {
        if (!alive.contains(group)) {
            return this;
        }
        TreeSet<GroupRef> fewer = new TreeSet<>(alive);
        fewer.remove(group);
        TreeSet<GroupRef> more = new TreeSet<>(retired);
        more.add(group);
        return new KnownGroups(speaker, appliedRevision, num, fewer, more);
    }

    /** Whether the group joined in this configuration's time and is gone. */
    public boolean isGone(GroupRef group) {
        return num >= group.incarnation() && !alive.contains(group) && !retired.contains(group);
    }
}

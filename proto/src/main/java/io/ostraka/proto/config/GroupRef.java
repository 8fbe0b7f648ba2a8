package io.ostraka.proto.config;

/**
 * The identity of a Raft group: its gid and the number of the Join that made it. A gid that is joined again after it
 * has left is another group.
 *
 * @param gid what administrators call the group; positive, except for the controller's own group (0, 0)
 * @param incarnation number of the configuration in which the group was joined
 */
public record GroupRef(long gid, long incarnation) implements Comparable<GroupRef> {

    /** The controller's own group. */
    public static final GroupRef CONTROLLER = new GroupRef(0, 0);

    /** Refuses negative numbers with {@link IllegalArgumentException}. */
    public GroupRef {
        if (gid < 0 || incarnation < 0) {
            throw new IllegalArgumentException(
                    "a group needs gid and incarnation >= 0, not " + gid + "." + incarnation);
        }
    }

    /** By gid, then by incarnation. */
    @Override
    public int compareTo(GroupRef other) {
        int byGid = Long.compare(gid, other.gid);
        return byGid != 0 ? byGid : Long.compare(incarnation, other.incarnation);
    }

    /** {@code gid.incarnation}, as messages and logs name a group. */
    @Override
    public String toString() {
        return gid + "." + incarnation;
    }
}

package io.ostraka.raft.core;

/**
 * The identity of a Raft group: a gid that is joined again later is another group.
 *
 * @param gid the number that the administrator gave it, 0 for the controller's group
 * @param incarnation the number of the Join that made it, 0 for the controller's group
 */
public record GroupId(long gid, long incarnation) implements Comparable<GroupId> {

    /** The group of the shard controllers. */
    public static final GroupId CONTROLLER = new GroupId(0, 0);

    @Override
    public int compareTo(GroupId other) {
        int byGid = Long.compare(gid, other.gid);
        return byGid != 0 ? byGid : Long.compare(incarnation, other.incarnation);
    }

    @Override
    public String toString() {
        return "g" + gid + "." + incarnation;
    }
}

package io.ostraka.proto.config;

/** What a group is to the cluster. */
public enum GroupStanding {
    /** It holds shards and gets more. */
    MEMBER(0),
    /** It gives away what it holds, and goes once nothing is left of it. */
    LEAVING(1),
    /** It was given up for dead: its identity never serves again, even if its replicas come back. */
    RETIRED(2);

    private final int code;

    GroupStanding(int code) {
        this.code = code;
    }

    /** The number that stands for it in hashes and logs. */
    public int code() {
        return code;
    }

    /** What a number stands for; throws {@link IllegalArgumentException} if for nothing. */
    public static GroupStanding ofCode(int code) {
        for (GroupStanding standing : values()) {
            if (standing.code == code) {
                return standing;
            }
        }
        throw new IllegalArgumentException("no group has standing " + code);
    }
}

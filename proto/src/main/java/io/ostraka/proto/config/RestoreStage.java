package io.ostraka.proto.config;

/** How far a cluster is whose controllers were restored from a backup. */
public enum RestoreStage {
    /** They were not, or all of it is done. */
    NONE(0),
    /**
     * The table of the backup may be old: the groups say what their logs hold, and nodes which groups they have. Nobody
     * acts on the configuration of this stage but to speak; groups do not take it into their logs.
     */
    HEARING(1),
    /**
     * The table says what the groups said. They take it into their logs, and say once more what these hold from then
     * on; nothing is planned before all have.
     */
    SETTLING(2);

    private final int code;

    RestoreStage(int code) {
        this.code = code;
    }

    /** The number that stands for it in messages and hashes. */
    public int code() {
        return code;
    }

    /** What a number stands for; throws {@link IllegalArgumentException} if for nothing. */
    public static RestoreStage ofCode(int code) {
        for (RestoreStage stage : values()) {
            if (stage.code == code) {
                return stage;
            }
        }
        throw new IllegalArgumentException("no cluster is at stage " + code + " of a restore");
    }
}

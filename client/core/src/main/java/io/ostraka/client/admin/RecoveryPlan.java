package io.ostraka.client.admin;

import java.util.List;

/**
 * What giving a group up for dead would do, planned on one revision of the configuration and carried out on no other.
 *
 * @param changed whether there is anything to change
 * @param message if not, why not; else what would be done
 * @param num number of the configuration that this was planned on
 * @param revision its revision
 * @param group the group that would be given up
 * @param toGid where shards would go on of which nothing is left; 0: as balancing says
 * @param shards what is expected of each shard that the group held or may have got
 */
public record RecoveryPlan(
        boolean changed, String message, long num, long revision, Group group, long toGid, List<Shard> shards) {

    /** Copies the list. */
    public RecoveryPlan {
        shards = List.copyOf(shards);
    }

    /** A group in one of its incarnations. */
    public record Group(long gid, long incarnation) {}

    /**
     * What is expected of one shard, from what the groups said last. What they say when they are asked decides.
     *
     * @param lastOwnerGid who held its token last, as far as it was recorded
     * @param epoch at which
     * @param askedGids who is asked before it goes on
     * @param goesOnAtGid where it is expected to go on; 0: not known
     * @param source from what
     * @param loss what may be lost, in a sentence
     */
    public record Shard(
            int shard,
            long lastOwnerGid,
            long epoch,
            List<Long> askedGids,
            long goesOnAtGid,
            Source source,
            String loss) {

        /** Copies the list. */
        public Shard {
            askedGids = List.copyOf(askedGids);
        }
    }

    /** From what a shard goes on. */
    public enum Source {
        /** Its owner has the token: nothing is lost. */
        OWNER,
        /** A copy that was frozen for the group. */
        FROZEN_COPY,
        /** Nothing: it starts empty. */
        EMPTY
    }
}

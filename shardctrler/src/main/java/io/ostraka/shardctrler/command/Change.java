package io.ostraka.shardctrler.command;

import io.ostraka.proto.config.GroupRef;
import java.util.List;

/** A change of the plan that an administrator asks for. */
public sealed interface Change {

    /**
     * Adds groups, or cancels the leave of groups that are leaving; then balances.
     *
     * @param groups the groups
     */
    record Join(List<JoiningGroup> groups) implements Change {

        /** Copies the list. */
        public Join {
            groups = List.copyOf(groups);
        }
    }

    /**
     * A group to add.
     *
     * @param gid its number, positive
     * @param addresses addresses of registered nodes, one a replica
     * @param weight relative share of the shards; 0 stands for 1
     */
    record JoiningGroup(long gid, List<String> addresses, int weight) {

        /** Copies the list. */
        public JoiningGroup {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Takes all shards from groups, which go when nothing is left of them; then balances.
     *
     * @param gids the groups' numbers
     */
    record Leave(List<Long> gids) implements Change {

        /** Copies the list. */
        public Leave {
            gids = List.copyOf(gids);
        }
    }

    /**
     * Plans one shard to a group and pins it there.
     *
     * @param shard the shard
     * @param gid the group's number
     */
    record Move(int shard, long gid) implements Change {}

    /**
     * Leaves shards to balancing again, from the next Join or Leave on.
     *
     * @param shards the shards
     */
    record Unpin(List<Integer> shards) implements Change {

        /** Copies the list. */
        public Unpin {
            shards = List.copyOf(shards);
        }
    }

    /**
     * Plans the way back to an earlier map.
     *
     * @param toNum number of that map
     */
    record Undo(long toNum) implements Change {}

    /**
     * Gives a group up for dead: retires its identity, and lets the shards that it held, or may have got, go on without
     * it. What only it knew is lost.
     *
     * @param gid the group's number
     * @param incarnation which of the groups that have had this number: the one that was seen to be dead
     * @param to number of the group where shards go on of which nothing is left; 0: as balancing says
     */
    record Recover(long gid, long incarnation, long to) implements Change {}

    /**
     * Drops a retired group, once every shard has gone on without it; what its replicas still have is deleted.
     *
     * @param gid the group's number
     */
    record Forget(long gid) implements Change {}

    /**
     * Goes on with a restore although groups are silent: gives these up, and lets shards go on whose token nobody has.
     * What only those groups knew is lost.
     *
     * @param dead the silent groups
     */
    record Resume(List<GroupRef> dead) implements Change {

        /** Copies the list. */
        public Resume {
            dead = List.copyOf(dead);
        }
    }
}

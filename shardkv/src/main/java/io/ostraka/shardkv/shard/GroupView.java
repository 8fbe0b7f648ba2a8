package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import io.ostraka.raft.core.membership.Membership;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group's state as of the last apply, for those who must not wait for the apply thread: reads, admission, agents,
 * status. Immutable; one is published after every apply, and another before anything of a shard is deleted.
 */
public final class GroupView {

    private static final int PAGE_SHARDS = 64;

    private final GroupId group;
    private final Head head;
    private final int generation;
    private final ShardView[][] pages;
    private final int shards;

    /**
     * What a view says of the group as a whole.
     *
     * @param applied the last entry applied
     * @param membership the members as of that entry
     * @param logTimeMillis the highest stamp applied
     * @param config the configuration that the group's own log knows
     */
    record Head(LogPosition applied, Membership membership, long logTimeMillis, GroupConfig config) {

        private static final Head NOTHING = new Head(LogPosition.ZERO, Membership.of(List.of()), 0, GroupConfig.NONE);
    }

    private final @Nullable QuarantineMark quarantine;

    private GroupView(GroupId group, Head head, int generation, Pages pages, @Nullable QuarantineMark quarantine) {
        this.group = group;
        this.head = head;
        this.generation = generation;
        this.pages = pages.pages();
        this.shards = pages.shards();
        this.quarantine = quarantine;
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Pages(ShardView[][] pages, int shards) {}

    /** A view of a group that holds nothing. */
    static GroupView empty(GroupId group, int shards, int generation) {
        ShardView[][] pages = new ShardView[(shards + PAGE_SHARDS - 1) / PAGE_SHARDS][];
        for (int page = 0; page < pages.length; page++) {
            pages[page] = new ShardView[Math.min(PAGE_SHARDS, shards - page * PAGE_SHARDS)];
            for (int i = 0; i < pages[page].length; i++) {
                pages[page][i] = ShardView.neverHeld(page * PAGE_SHARDS + i);
            }
        }
        return new GroupView(group, Head.NOTHING, generation, new Pages(pages, shards), null);
    }

    /** A view of a state that is not to be trusted: it shows how far that got, and nothing of what it holds. */
    static GroupView quarantined(GroupId group, int shards, int generation, Head head, QuarantineMark mark) {
        Head blank = new Head(head.applied(), head.membership(), head.logTimeMillis(), GroupConfig.NONE);
        return new GroupView(group, blank, generation, new Pages(empty(group, shards, generation).pages, shards), mark);
    }

    /** This view with some shards replaced; shares the rest. */
    GroupView with(Head newHead, List<ShardView> changed) {
        ShardView[][] newPages = pages;
        if (!changed.isEmpty()) {
            newPages = pages.clone();
            BitSet copied = new BitSet();
            for (ShardView view : changed) {
                int page = view.shard() / PAGE_SHARDS;
                if (!copied.get(page)) {
                    newPages[page] = pages[page].clone();
                    copied.set(page);
                }
                newPages[page][view.shard() % PAGE_SHARDS] = view;
            }
        }
        return new GroupView(group, newHead, generation, new Pages(newPages, shards), null);
    }

    /** This view with some shards replaced and all else as it was: to say early that they are not served. */
    GroupView with(List<ShardView> changed) {
        return with(head, changed);
    }

    /** The group. */
    public GroupId group() {
        return group;
    }

    /** The last entry applied. */
    public LogPosition applied() {
        return head.applied();
    }

    /** The members as of the last entry applied. */
    public Membership membership() {
        return head.membership();
    }

    /** Why the state is not to be trusted; null: it is. The view then shows no shard. */
    public @Nullable QuarantineMark quarantine() {
        return quarantine;
    }

    /** The highest stamp applied. */
    public long logTimeMillis() {
        return head.logTimeMillis();
    }

    /** The configuration that the group's own log knows. */
    public GroupConfig config() {
        return head.config();
    }

    /** Which of the two copies of the state is live; changes when a snapshot is installed. */
    int generation() {
        return generation;
    }

    /** How many shards the cluster has. */
    public int shards() {
        return shards;
    }

    /** One shard, 0 to {@link #shards} - 1. */
    public ShardView shard(int shard) {
        return pages[shard / PAGE_SHARDS][shard % PAGE_SHARDS];
    }

    /** Shard time as of the last apply. */
    public long shardTimeMillis(int shard) {
        return shard(shard).shardTimeMillis(head.logTimeMillis());
    }

    /** All shards whose state is not {@link ShardState.Absent#NEVER_HELD}, ascending. */
    public List<ShardView> known() {
        List<ShardView> known = new ArrayList<>();
        for (ShardView[] page : pages) {
            for (ShardView view : page) {
                if (!view.state().equals(ShardState.Absent.NEVER_HELD)) {
                    known.add(view);
                }
            }
        }
        return known;
    }
}

package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.LogPosition;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A group's state as of the last apply, for those who must not wait for the apply thread: reads, admission, agents,
 * status. Immutable; one is published after every apply, and another before anything of a shard is deleted.
 */
public final class GroupView {

    private static final int PAGE_SHARDS = 64;

    private final GroupId group;
    private final LogPosition applied;
    private final long logTimeMillis;
    private final GroupConfig config;
    private final int generation;
    private final ShardView[][] pages;
    private final int shards;

    private GroupView(
            GroupId group, LogPosition applied, long logTimeMillis, GroupConfig config, int generation, Pages pages) {
        this.group = group;
        this.applied = applied;
        this.logTimeMillis = logTimeMillis;
        this.config = config;
        this.generation = generation;
        this.pages = pages.pages();
        this.shards = pages.shards();
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
        return new GroupView(group, LogPosition.ZERO, 0, GroupConfig.NONE, generation, new Pages(pages, shards));
    }

    /** This view with some shards replaced; shares the rest. */
    GroupView with(LogPosition newApplied, long newLogTimeMillis, GroupConfig newConfig, List<ShardView> changed) {
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
        return new GroupView(group, newApplied, newLogTimeMillis, newConfig, generation, new Pages(newPages, shards));
    }

    /** This view with some shards replaced and all else as it was: to say early that they are not served. */
    GroupView with(List<ShardView> changed) {
        return with(applied, logTimeMillis, config, changed);
    }

    /** The group. */
    public GroupId group() {
        return group;
    }

    /** The last entry applied. */
    public LogPosition applied() {
        return applied;
    }

    /** The highest stamp applied. */
    public long logTimeMillis() {
        return logTimeMillis;
    }

    /** The configuration that the group's own log knows. */
    public GroupConfig config() {
        return config;
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
        return shard(shard).shardTimeMillis(logTimeMillis);
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

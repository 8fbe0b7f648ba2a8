package io.ostraka.it.smallscope;

import java.util.List;

/** A step of {@link HandOverModel} in one number: what it is, where, and of what. */
final class Step {

    /** What steps are. */
    enum Kind {
        /** A group's log gets a command. */
        ENTRY,
        /** The controller's log gets what a group said. */
        REPORT,
        /** An administrator changes the plan. */
        CHANGE,
        /** A group's log gets a client's write. */
        WRITE,
        /** A group's log time goes on. */
        TICK,
        /** The replicas of a group that is gone are deleted. */
        REMOVE
    }

    private static final int KIND_SHIFT = 28;
    private static final int PLACE_SHIFT = 24;
    private static final List<Kind> KINDS = List.of(Kind.values());

    private Step() {}

    static int entry(int place, int fact) {
        return of(Kind.ENTRY, place, fact);
    }

    static int report(int fact) {
        return of(Kind.REPORT, 0, fact);
    }

    static int change(int change) {
        return of(Kind.CHANGE, 0, change);
    }

    static int write(int place, int write) {
        return of(Kind.WRITE, place, write);
    }

    static int tick(int place) {
        return of(Kind.TICK, place, 0);
    }

    static int remove(int place) {
        return of(Kind.REMOVE, place, 0);
    }

    static Kind kind(int step) {
        return KINDS.get(step >>> KIND_SHIFT);
    }

    static int place(int step) {
        return (step >>> PLACE_SHIFT) & 0xF;
    }

    static int what(int step) {
        return step & ((1 << PLACE_SHIFT) - 1);
    }

    private static int of(Kind kind, int place, int what) {
        return (KINDS.indexOf(kind) << KIND_SHIFT) | (place << PLACE_SHIFT) | what;
    }
}

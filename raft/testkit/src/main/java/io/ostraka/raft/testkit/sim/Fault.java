package io.ostraka.raft.testkit.sim;

/** The kinds of faults that a run may suffer. */
public enum Fault {
    /** A message disappears. */
    MESSAGE_LOST,
    /** A message arrives twice. */
    MESSAGE_DOUBLED,
    /** A copy of a message arrives many elections later. */
    MESSAGE_REPLAYED,
    /** A message takes far longer than the others. */
    MESSAGE_DELAYED,
    /** The nodes fall into two parts that do not reach each other. */
    PARTITION,
    /** One direction between two nodes is cut. */
    ONE_WAY_CUT,
    /** One node reaches all, all others only that one. */
    BRIDGE,
    /** A node that leads is cut off, in one direction or both. */
    LEADER_ISOLATED,
    /** A leader is succeeded in one of the ways that it hardly notices. */
    LEADERSHIP_CONTESTED,
    /** What is sent to a node waits on its way, and arrives in its order when the connections move on. */
    CONNECTIONS_STALLED,
    /** The connection between two nodes breaks. */
    CONNECTION_RESET,
    /** A process dies; what the operating system holds stays. */
    PROCESS_CRASH,
    /** A machine loses power, and with it some of what was not forced. */
    MACHINE_CRASH,
    /** A process or machine dies exactly before or after a call of the disk or the sending of a message. */
    CRASH_AT_EFFECT,
    /** A process stands still while clocks run on, at any time or right after it has sent something. */
    PAUSE,
    /** Every force of a disk takes long. */
    SLOW_DISK,
    /** A force fails, and the pages count as clean nevertheless. */
    FORCE_FAILED,
    /** A disk takes no more bytes for a while. */
    DISK_FULL,
    /** A node's clock runs faster or slower than time. */
    CLOCK_DRIFT,
    /** A leader is told to hand over. */
    TRANSFER,
    /** A snapshot's transfer breaks off. */
    SNAPSHOT_BROKEN,
    /** A replica's state turns out not to be what it should be. */
    QUARANTINE,
    /** A machine loses everything on its disk, and starts as a new one at the same address. */
    DISK_WIPED,
    /** A bit of a file changes while the machine is off. */
    BIT_FLIP,
    /** A group is cut off from the others while it hands over a shard, or takes one. */
    GROUP_CUT_OFF
}

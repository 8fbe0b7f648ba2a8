package io.ostraka.shardctrler.command;

/**
 * The configuration that an administrator has seen when planning a change.
 *
 * @param num number of the desired map; 0: any
 * @param revision number of the last change of any kind; 0: any
 */
public record PlannedOn(long num, long revision) {

    /** Whatever the configuration is. */
    public static final PlannedOn ANY = new PlannedOn(0, 0);
}

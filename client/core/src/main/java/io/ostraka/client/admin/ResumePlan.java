package io.ostraka.client.admin;

import java.util.List;

/**
 * What it would mean to go on with a restore of the controllers as things are.
 *
 * @param num of the configuration that it was planned on
 * @param revision of the configuration that it was planned on
 * @param silent the groups that would be given up for dead
 * @param message what would happen, or why nothing would
 * @param changed whether anything would
 */
public record ResumePlan(long num, long revision, List<Silent> silent, String message, boolean changed) {

    /** Copies the list. */
    public ResumePlan {
        silent = List.copyOf(silent);
    }

    /**
     * A group that is not heard.
     *
     * @param gid its number
     * @param incarnation which of the groups that have had this number
     */
    public record Silent(long gid, long incarnation) {}
}

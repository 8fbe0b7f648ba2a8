package io.ostraka.client.admin;

/**
 * Whether a change is made or only planned.
 *
 * @param dryRun only plan and check
 * @param plannedOnNum refuse the change if the configuration's number is another; 0: whatever it is
 */
public record ChangeMode(boolean dryRun, long plannedOnNum) {

    /** Make the change. */
    public static final ChangeMode APPLY = new ChangeMode(false, 0);

    /** Say what the change would do, and change nothing. */
    public static final ChangeMode DRY_RUN = new ChangeMode(true, 0);

    /** Make the change if the configuration is still the one with this number. */
    public static ChangeMode applyOn(long num) {
        return new ChangeMode(false, num);
    }
}

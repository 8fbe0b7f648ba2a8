package io.ostraka.client;

/**
 * How a conditional write ended. A condition that does not hold is a result, not a failure.
 *
 * @param applied whether the condition held and the change was made
 * @param revision if applied, the revision that it made; else the revision that was found instead (0: the key is
 *     absent)
 */
public record Swapped(boolean applied, long revision) {}

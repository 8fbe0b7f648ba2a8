package io.ostraka.client;

/**
 * A write took effect.
 *
 * @param revision the revision that it made
 */
public record Written(long revision) {}

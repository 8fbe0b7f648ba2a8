package io.ostraka.client;

/**
 * A delete took effect.
 *
 * @param existed whether there was something to delete
 * @param revision the revision that it made
 */
public record Deleted(boolean existed, long revision) {}

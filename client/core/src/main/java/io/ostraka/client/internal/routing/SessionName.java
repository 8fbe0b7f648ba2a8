package io.ostraka.client.internal.routing;

/** The random 128-bit identity of a client instance. */
public record SessionName(long high, long low) {}

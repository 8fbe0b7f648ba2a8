package io.ostraka.client.admin;

/** A controller that has drawn its ids and waits to be initialised. */
public record FormattedController(String address, long replicaId, long nodeId) {}

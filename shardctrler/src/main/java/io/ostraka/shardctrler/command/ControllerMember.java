package io.ostraka.shardctrler.command;

/**
 * A replica of the controller's own group.
 *
 * @param replicaId drawn by {@code controller format}
 * @param nodeId node of the data directory that it lives in
 * @param address {@code host:port} at which it was founded
 */
public record ControllerMember(long replicaId, long nodeId, String address) {}

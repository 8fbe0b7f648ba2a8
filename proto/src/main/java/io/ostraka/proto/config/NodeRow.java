package io.ostraka.proto.config;

/**
 * A node that has registered with the controller.
 *
 * @param nodeId random and stable, drawn with the node's data directory
 * @param address {@code host:port}, or empty when another node has taken the address since
 */
public record NodeRow(long nodeId, String address) {}

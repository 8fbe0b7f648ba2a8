package io.ostraka.client.admin;

import java.util.List;

/**
 * A group that is to join.
 *
 * @param gid number of the group, above 0
 * @param addresses of the nodes that are to hold its replicas, {@code host:port} as the nodes have registered
 * @param weight its share of the shards relative to other groups; 1 is usual
 */
public record GroupSpec(long gid, List<String> addresses, int weight) {

    /** Copies the list. */
    public GroupSpec {
        addresses = List.copyOf(addresses);
    }

    /**
     * Reads {@code gid=host:port,host:port,…}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static GroupSpec parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(
                    "'" + text + "' names no group: expected GID=HOST:PORT,HOST:PORT,… such as 103=127.0.0.1:7110");
        }
        long gid;
        try {
            gid = Long.parseLong(text.substring(0, equals));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text.substring(0, equals) + "' is no group number", e);
        }
        return new GroupSpec(gid, List.of(text.substring(equals + 1).split(",", -1)), 1);
    }
}

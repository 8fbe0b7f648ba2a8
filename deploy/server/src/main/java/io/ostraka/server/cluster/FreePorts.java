package io.ostraka.server.cluster;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Ports for processes that come back on them. They are not taken from those that the system gives to connections: such
 * a port can be another connection's while its process is down, even one from that port to itself, made by whoever
 * tries to reach the process; and then the process cannot listen again.
 */
public final class FreePorts {

    /** Above what programs are known by, and below what systems give to connections. */
    private static final int LOWEST = 10_000;

    private static final int HIGHEST = 32_000;
    private static final int TRIES_MAX = 10_000;

    private FreePorts() {}

    /** Returns this many ports of the loopback interface on which nobody listens now, all different. */
    public static List<Integer> find(int count, RandomGenerator random) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int tries = 0; sockets.size() < count; tries++) {
                int port = random.nextInt(LOWEST, HIGHEST);
                try {
                    sockets.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                } catch (BindException taken) {
                    if (tries >= TRIES_MAX) {
                        throw new IOException("no free port was found from " + LOWEST + " to " + HIGHEST, taken);
                    }
                }
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }
}

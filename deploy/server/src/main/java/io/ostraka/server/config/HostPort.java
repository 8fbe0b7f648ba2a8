package io.ostraka.server.config;

import com.google.common.net.HostAndPort;
import java.util.Optional;

/**
 * A host and a port.
 *
 * @param host a name or an address, IPv6 without its brackets
 * @param port 0 to 65,535
 */
public record HostPort(String host, int port) {

    /** Reads {@code host:port}; empty if it is not that. */
    public static Optional<HostPort> parse(String text) {
        try {
            HostAndPort parsed = HostAndPort.fromString(text.strip());
            if (parsed.hasPort() && !parsed.getHost().isEmpty()) {
                return Optional.of(new HostPort(parsed.getHost(), parsed.getPort()));
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The same host with another port. */
    public HostPort withPort(int newPort) {
        return new HostPort(host, newPort);
    }

    @Override
    public String toString() {
        return HostAndPort.fromParts(host, port).toString();
    }
}

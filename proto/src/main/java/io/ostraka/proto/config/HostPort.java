package io.ostraka.proto.config;

import org.jspecify.annotations.Nullable;

/**
 * The address of a server, written {@code host:port}, an IPv6 host in square brackets.
 *
 * @param host name or number, without brackets
 * @param port from 1 to 65535
 */
public record HostPort(String host, int port) {

    /** Longest address that is accepted, in characters: a DNS name of 253, brackets or colon, and a port. */
    public static final int LENGTH_MAX = 261;

    /** Reads an address; throws {@link IllegalArgumentException} with {@link #problemOf} as its message. */
    public static HostPort parse(String address) {
        String problem = problemOf(address);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        boolean bracketed = host.startsWith("[");
        return new HostPort(
                bracketed ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(address.substring(colon + 1)));
    }

    /** What is wrong with an address and what it should look like, or null if it is well formed. */
    public static @Nullable String problemOf(String address) {
        if (address.isEmpty()) {
            return "an address is empty; write host:port";
        }
        if (address.length() > LENGTH_MAX) {
            return "an address has " + address.length() + " characters; at most " + LENGTH_MAX + " are allowed";
        }
        int colon = address.lastIndexOf(':');
        if (colon <= 0) {
            return "address " + quoted(address) + " has no host or no port; write host:port";
        }
        if (!isPort(address.substring(colon + 1))) {
            return "address " + quoted(address) + " has no port from 1 to 65535 after the last colon";
        }
        if (!isHost(address.substring(0, colon))) {
            return "address " + quoted(address) + " has a malformed host; write host:port, an IPv6 host as [host]:port";
        }
        return null;
    }

    private static boolean isPort(String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        int port = Integer.parseInt(digits);
        return port >= 1 && port <= 65_535;
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[")) {
            String inner = host.length() > 2 && host.endsWith("]") ? host.substring(1, host.length() - 1) : "";
            return inner.indexOf(':') >= 0 && inner.chars().allMatch(HostPort::isAddressDigit);
        }
        return !host.isEmpty() && host.chars().allMatch(HostPort::isNameCharacter);
    }

    private static boolean isAddressDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
    }

    private static boolean isNameCharacter(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || c == '-'
                || c == '.'
                || c == '_';
    }

    /** For messages: anything that is not plain ASCII is shown as a question mark. */
    private static String quoted(String address) {
        StringBuilder shown = new StringBuilder("'");
        address.chars().forEach(c -> shown.append(c > ' ' && c < 127 ? (char) c : '?'));
        return shown.append('\'').toString();
    }

    /** {@code host:port}, as {@link #parse} reads it. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}

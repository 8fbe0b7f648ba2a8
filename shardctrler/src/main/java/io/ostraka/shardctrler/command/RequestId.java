package io.ostraka.shardctrler.command;

/**
 * A random 128-bit identity that an administrator's client gives to a request, the same for each repeat of it.
 *
 * @param high upper 64 bits
 * @param low lower 64 bits
 */
public record RequestId(long high, long low) {

    /** Whether the client gave none. */
    public boolean isAbsent() {
        return high == 0 && low == 0;
    }
}

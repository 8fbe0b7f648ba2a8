package io.ostraka.proto;

/**
 * The version of the wire contract that this build speaks. Both sides of a stream say theirs in the greeting; who meets
 * a version that it does not speak refuses the stream and says which versions it does.
 */
public final class ProtocolVersion {

    /** The version that this build sends. */
    public static final int CURRENT = 1;

    /** The oldest version that this build still understands. */
    public static final int OLDEST_SUPPORTED = 1;

    private ProtocolVersion() {}

    /** Whether a peer of this version can be talked to. */
    public static boolean isSupported(int version) {
        return version >= OLDEST_SUPPORTED && version <= CURRENT;
    }

    /** What to tell a peer whose version is not supported. */
    public static String refusal(int version) {
        return "protocol version " + version + " is not supported: this side speaks " + OLDEST_SUPPORTED + " to "
                + CURRENT + "; upgrade the older side";
    }
}

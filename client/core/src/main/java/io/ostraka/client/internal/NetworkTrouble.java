package io.ostraka.client.internal;

import io.grpc.Status;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says in a few words why a call or a connection failed, without what only those who built it understand. */
final class NetworkTrouble {

    /** What the network library puts around the system's own words. */
    private static final Pattern SYSTEM_WORDS = Pattern.compile("(?:.*error\\(-?\\d+\\): )?(.*?)(?:: \\S*/\\S+)?");

    private NetworkTrouble() {}

    /** The reason, for a message that has named the address already. */
    static String of(Status status) {
        Throwable root = rootOf(status.getCause());
        if (root instanceof UnknownHostException) {
            return "there is no host of that name";
        }
        if (root instanceof SocketException && root.getMessage() != null) {
            return inWords(root.getMessage());
        }
        return switch (status.getCode()) {
            case DEADLINE_EXCEEDED -> "no answer in time";
            case UNAVAILABLE -> described(status, root, "the connection is lost");
            case UNIMPLEMENTED -> "who answers there is no server of Ostraka's";
            default -> status.getCode() + " " + described(status, root, "");
        };
    }

    private static String inWords(String message) {
        Matcher matcher = SYSTEM_WORDS.matcher(message);
        String words = matcher.matches() ? matcher.group(1) : message;
        return words.isEmpty() ? message : words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
    }

    private static String described(Status status, @Nullable Throwable root, String otherwise) {
        String description = status.getDescription();
        String cause = root == null || root.getMessage() == null ? "" : " (" + root.getMessage() + ")";
        return description == null ? otherwise + cause : description + cause;
    }

    private static @Nullable Throwable rootOf(@Nullable Throwable error) {
        Throwable root = error;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}

package io.ostraka.raft.testkit.history;

/** How values are shown to people: quoted, and long ones by their end, where appends differ. */
public final class KvText {

    private static final int SHOWN_MAX = 40;

    private KvText() {}

    /** The value in quotes; of a long one its last characters and its length. */
    public static String quoted(String value) {
        if (value.length() <= SHOWN_MAX) {
            return Json.quote(value);
        }
        String end = value.substring(value.length() - SHOWN_MAX);
        return "…" + Json.quote(end) + " (" + value.length() + " characters)";
    }
}

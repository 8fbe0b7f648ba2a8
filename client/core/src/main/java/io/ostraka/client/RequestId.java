package io.ostraka.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one write for as long as the cluster remembers it, so that one can {@linkplain OstrakaClient#askOutcomeAsync
 * ask what became of it}, also from another process.
 *
 * @param sessionHigh upper half of the client's session
 * @param sessionLow lower half of the client's session
 * @param shard shard that the write belongs to
 * @param number number of the write within session and shard
 * @param t0Millis shard time that the client knew when it first sent the write
 */
public record RequestId(long sessionHigh, long sessionLow, int shard, long number, long t0Millis) {

    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{16})([0-9a-f]{16})-(\\d{1,5})-(\\d{1,19})-(\\d{1,19})");

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if it did not
     */
    public static RequestId parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' names no request: expected what an outcome-unknown error"
                    + " printed, such as 0123456789abcdef0123456789abcdef-12-34-56");
        }
        return new RequestId(
                Long.parseUnsignedLong(matcher.group(1), 16),
                Long.parseUnsignedLong(matcher.group(2), 16),
                Integer.parseInt(matcher.group(3)),
                Long.parseLong(matcher.group(4)),
                Long.parseLong(matcher.group(5)));
    }

    /** Session, shard, number and T0 in a form that {@link #parse} reads. */
    @Override
    public String toString() {
        return String.format("%016x%016x-%d-%d-%d", sessionHigh, sessionLow, shard, number, t0Millis);
    }
}

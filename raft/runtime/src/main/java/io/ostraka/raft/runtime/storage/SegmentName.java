package io.ostraka.raft.runtime.storage;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the log's files are named: a segment by its generation, a spare by any number. */
final class SegmentName {

    static final String FOLDER = "log";

    private static final Pattern SEGMENT = Pattern.compile("([0-9a-f]{16})\\.segment");
    private static final Pattern SPARE = Pattern.compile("([0-9a-f]{16})\\.spare");

    private SegmentName() {}

    /** The file of a segment, with its folder. */
    static String of(long generation) {
        return String.format("%s/%016x.segment", FOLDER, generation);
    }

    /** The file of a spare, with its folder. */
    static String spare(long number) {
        return String.format("%s/%016x.spare", FOLDER, number);
    }

    /** The generation of a segment's file name (without folder), if it is one. */
    static OptionalLong generation(String file) {
        return number(SEGMENT.matcher(file));
    }

    /** The number of a spare's file name (without folder), if it is one. */
    static OptionalLong spareNumber(String file) {
        return number(SPARE.matcher(file));
    }

    private static OptionalLong number(Matcher matcher) {
        return matcher.matches() ? OptionalLong.of(Long.parseUnsignedLong(matcher.group(1), 16)) : OptionalLong.empty();
    }
}

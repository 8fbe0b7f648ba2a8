package io.ostraka.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as people write them: a whole number and ms, s, m or h. */
final class Durations implements ITypeConverter<Duration> {

    /** The same for where no time at all makes sense, too. */
    static final class FromZero implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return parse(text, 0);
        }
    }

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    @Override
    public Duration convert(String text) {
        return parse(text, 1);
    }

    private static Duration parse(String text, long least) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) < least) {
            throw new TypeConversionException("'" + text + "' is no duration: write a number"
                    + (least == 0 ? "" : " above 0") + " and ms, s, m or h, such as 500ms");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}

package io.ostraka.raft.testkit.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * As much of JSON (RFC 8259) as a line of a history needs: objects, arrays, strings, integers that fit a {@code long},
 * booleans and null. Read into maps, lists, strings, longs and booleans.
 */
final class Json {

    private static final int DEPTH_MAX = 8;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Reads one value that is the whole text. */
    static @Nullable Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipBlanks();
        if (json.at != text.length()) {
            throw json.malformed("the end of the line");
        }
        return value;
    }

    /** A string as JSON has it, quotes included. */
    static String quote(String value) {
        StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                default -> {
                    // An unpaired surrogate has no encoding in UTF-8, and would not come back from a file.
                    if (c < ' ' || c == 0x7f || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    private @Nullable Object value(int depth) {
        if (depth > DEPTH_MAX) {
            throw malformed("less nesting");
        }
        skipBlanks();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> integer();
        };
    }

    private Map<String, @Nullable Object> object(int depth) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        expect('{');
        if (!take('}')) {
            do {
                skipBlanks();
                String name = string();
                expect(':');
                if (members.containsKey(name)) {
                    throw malformed("only one member '" + name + "'");
                }
                members.put(name, value(depth + 1));
            } while (take(','));
            expect('}');
        }
        return members;
    }

    private List<@Nullable Object> array(int depth) {
        List<@Nullable Object> items = new ArrayList<>();
        expect('[');
        if (!take(']')) {
            do {
                items.add(value(depth + 1));
            } while (take(','));
            expect(']');
        }
        return items;
    }

    private String string() {
        if (peek() != '"') {
            throw malformed("a string");
        }
        at++;
        StringBuilder value = new StringBuilder();
        while (peek() != '"') {
            char c = peek();
            if (c < ' ') {
                throw malformed("a string that ends and has no control character");
            }
            at++;
            value.append(c == '\\' ? escaped() : c);
        }
        at++;
        return value.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = Character.digit(peek(), 16);
                    if (digit < 0) {
                        throw malformed("four hexadecimal digits");
                    }
                    code = code * 16 + digit;
                    at++;
                }
                yield (char) code;
            }
            default -> throw malformed("a character that can be escaped");
        };
    }

    private Long integer() {
        int begin = at;
        while (peek() == '-' || (peek() >= '0' && peek() <= '9')) {
            at++;
        }
        try {
            return Long.valueOf(text.substring(begin, at));
        } catch (NumberFormatException e) {
            at = begin;
            throw malformed("a value");
        }
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) {
            throw malformed("a value");
        }
        at += word.length();
        return value;
    }

    private boolean take(char c) {
        skipBlanks();
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char c) {
        if (!take(c)) {
            throw malformed("'" + c + "'");
        }
    }

    /** The next character; past the end a NUL, which no value begins with and no string contains. */
    private char peek() {
        if (at < text.length()) {
            return text.charAt(at);
        }
        return '\0';
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private MalformedHistoryException malformed(String expected) {
        return new MalformedHistoryException("column " + (at + 1) + ": expected " + expected);
    }
}

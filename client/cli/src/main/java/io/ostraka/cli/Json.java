package io.ostraka.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value, and how it is written. */
public sealed interface Json {

    /** Null. */
    record Null() implements Json {}

    /** True or false. */
    record Bool(boolean value) implements Json {}

    /** A number, as it is spelled. */
    record Num(String text) implements Json {}

    /** A string. */
    record Str(String value) implements Json {}

    /** An array. */
    record Arr(List<? extends Json> items) implements Json {
        /** Copies the list. */
        public Arr {
            items = List.copyOf(items);
        }
    }

    /** An object; its members are written in the order of the map. */
    record Obj(Map<String, Json> members) implements Json {

        /** An object without members. */
        public static Obj empty() {
            return new Obj(new LinkedHashMap<>());
        }

        /** The same with one more member. */
        public Obj with(String name, Json value) {
            Map<String, Json> more = new LinkedHashMap<>(members);
            more.put(name, value);
            return new Obj(more);
        }

        /** As {@link #with(String, Json)}, with a string. */
        public Obj with(String name, String value) {
            return with(name, new Str(value));
        }

        /** As {@link #with(String, Json)}, with a number. */
        public Obj with(String name, long value) {
            return with(name, new Num(Long.toString(value)));
        }

        /** As {@link #with(String, Json)}, with true or false. */
        public Obj with(String name, boolean value) {
            return with(name, new Bool(value));
        }
    }

    /** The value on one line. */
    default String write() {
        StringBuilder text = new StringBuilder();
        write(this, text);
        return text.toString();
    }

    private static void write(Json value, StringBuilder text) {
        switch (value) {
            case Null nothing -> text.append("null");
            case Bool bool -> text.append(bool.value());
            case Num number -> text.append(number.text());
            case Str string -> quote(string.value(), text);
            case Arr array -> {
                String before = "";
                text.append('[');
                for (Json item : array.items()) {
                    text.append(before);
                    write(item, text);
                    before = ",";
                }
                text.append(']');
            }
            case Obj object -> {
                String before = "";
                text.append('{');
                for (Map.Entry<String, Json> member : object.members().entrySet()) {
                    text.append(before);
                    quote(member.getKey(), text);
                    text.append(':');
                    write(member.getValue(), text);
                    before = ",";
                }
                text.append('}');
            }
        }
    }

    private static void quote(String string, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ' || (Character.isSurrogate(c) && !isPaired(string, i))) {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static boolean isPaired(String string, int i) {
        char c = string.charAt(i);
        return Character.isHighSurrogate(c)
                ? i + 1 < string.length() && Character.isLowSurrogate(string.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(string.charAt(i - 1));
    }
}

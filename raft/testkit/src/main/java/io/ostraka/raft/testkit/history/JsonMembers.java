package io.ostraka.raft.testkit.history;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object, each asked for with the type that it must have. */
final class JsonMembers {

    private final String what;
    private final Map<?, ?> members;

    private JsonMembers(String what, Map<?, ?> members) {
        this.what = what;
        this.members = members;
    }

    /** The members of {@code value}, which must be an object; {@code what} it is, for messages. */
    static JsonMembers of(String what, @Nullable Object value) {
        if (value instanceof Map<?, ?> members) {
            return new JsonMembers(what, members);
        }
        throw new MalformedHistoryException(what + " must be an object");
    }

    String text(String name) {
        return get(name, String.class, "a string");
    }

    @Nullable
    String textOrNull(String name) {
        return members.get(name) == null ? null : text(name);
    }

    long integer(String name) {
        return get(name, Long.class, "an integer");
    }

    long integerOrZero(String name) {
        return members.get(name) == null ? 0 : integer(name);
    }

    boolean truth(String name) {
        return get(name, Boolean.class, "true or false");
    }

    JsonMembers object(String name) {
        return of(what + "'s '" + name + "'", members.get(name));
    }

    List<JsonMembers> objects(String name) {
        if (members.get(name) instanceof List<?> items) {
            return items.stream()
                    .map(item -> of("each of " + what + "'s '" + name + "'", item))
                    .toList();
        }
        throw new MalformedHistoryException(what + "'s '" + name + "' must be an array");
    }

    private <T> T get(String name, Class<T> type, String kind) {
        Object value = members.get(name);
        if (!type.isInstance(value)) {
            throw new MalformedHistoryException(what + "'s '" + name + "' must be " + kind);
        }
        return type.cast(value);
    }
}

package io.ostraka.client.internal.routing;

import io.ostraka.proto.Limits;
import java.util.Arrays;

/**
 * The numbers of one session's writes in one shard (DESIGN section 6). Sessions live in the shard's own state, so each
 * shard has its own row of numbers, and one shard that is stuck holds back no other.
 *
 * <p>The lowest unanswered number moves up when writes end. A write that ended as unknown stays in the window, so that
 * it can still be asked for, but never holds it back: if the window is full and begins with such a write, that is let
 * go.
 */
final class NumberWindow {

    private enum Place {
        FREE,
        IN_FLIGHT,
        UNKNOWN
    }

    private final Place[] places = new Place[Limits.SESSION_WINDOW];
    private long lowest = 1;
    private long next = 1;

    NumberWindow() {
        Arrays.fill(places, Place.FREE);
    }

    /** Whether there is room for one more write. */
    boolean hasRoom() {
        return next - lowest < places.length || at(lowest) == Place.UNKNOWN;
    }

    /** The number for a new write; only if {@link #hasRoom}. */
    long begin() {
        if (next - lowest >= places.length) {
            settle(lowest);
        }
        long number = next++;
        set(number, Place.IN_FLIGHT);
        return number;
    }

    /** The write of this number ended, and how is known. */
    void answered(long number) {
        if (number >= lowest && number < next) {
            settle(number);
        }
    }

    /** The write of this number ended as unknown. */
    void unknown(long number) {
        if (number >= lowest && number < next) {
            set(number, Place.UNKNOWN);
        }
    }

    /** The lowest number whose end is not known. */
    long lowestUnanswered() {
        return lowest;
    }

    private void settle(long number) {
        set(number, Place.FREE);
        while (lowest < next && at(lowest) == Place.FREE) {
            lowest++;
        }
    }

    private Place at(long number) {
        return places[(int) (number % places.length)];
    }

    private void set(long number, Place place) {
        places[(int) (number % places.length)] = place;
    }
}
